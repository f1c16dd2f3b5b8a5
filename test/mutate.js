// `npm run mutate`: changes lib/wechatpay/ line by line and tells which changes test/lib/wechatpay/ does not notice. With
// names of files (`npm run mutate -- retry verifier`), those alone. test/equal-mutants.json names the changes that change
// nothing, each with its reason. Status 1 when another one survives, or a row there excuses nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCES = 'lib/wechatpay';
const TESTS = 'test/lib/wechatpay';
/** test/e2e/ judges these. */
const ELSEWHERE = ['client', 'exchange', 'version'];
/** The tests of those that have no test file of their own, or more than one. */
const TESTED_BY = {
  answers: ['contract-client'],
  passable: ['passable', 'refusal'],
  'platform-keys': ['platform-keys', 'sensitive'],
  quotes: ['quotes', 'refusal'],
  verifier: ['verifier', 'refusal'],
};
const EQUAL = JSON.parse(readFileSync('test/equal-mutants.json', 'utf8'));

const describe = ({ location: { start, end }, mutatorName, replacement, status }, source) => {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  const line = source.split('\n')[start.line - 1].trim();
  return {
    at: start.line,
    line,
    mutator: `${mutatorName}, ${status}`,
    from: lines.join('\n'),
    to: replacement,
  };
};

const excuses = (name, mutant) => (row) =>
  row.file === name && row.line === mutant.line && row.from === mutant.from && row.to === mutant.to;

const testsOf = (name) => (TESTED_BY[name] ?? [name]).map((test) => `${TESTS}/${test}.test.ts`);

/** @returns what Stryker counted, and the mutants that survived. */
const mutate = (name, folder) => {
  const report = join(folder, `${name}.json`);
  const tests = testsOf(name).join();
  const env = { MUTATED: `${SOURCES}/${name}.ts`, MUTATED_TESTS: tests, MUTATED_REPORT: report };
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run'],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  if (status !== 0) throw new Error(`Stryker ended with ${status}`);
  const [{ mutants, source }] = Object.values(JSON.parse(readFileSync(report, 'utf8')).files);
  const tried = mutants.filter(({ status: outcome }) => outcome !== 'Ignored');
  const survived = tried.filter(
    ({ status: outcome }) => !['Killed', 'Timeout', 'CompileError'].includes(outcome),
  );
  return { tried: tried.length, survived: survived.map((mutant) => describe(mutant, source)) };
};

const all = readdirSync(SOURCES)
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !ELSEWHERE.includes(name));
const wanted = process.argv.slice(2).map((name) => name.replace(/^.*\/|\.ts$/g, ''));
const refuse = (sentence) => {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
};
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) refuse(`No such file: ${unknown.join(', ')}. There are ${all.join(', ')}.`);
const names = wanted.length > 0 ? wanted : all;
const missing = names.flatMap(testsOf).filter((test) => !existsSync(test));
if (missing.length > 0)
  refuse(`No such test: ${missing.join(', ')}. test/mutate.js says which tests are whose.`);

const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const totals = { tried: 0, killed: 0, equal: 0, survived: 0, idle: 0 };
for (const name of names) {
  const { tried, survived } = mutate(name, folder);
  const unnamed = survived.filter((mutant) => !EQUAL.some(excuses(name, mutant)));
  const idle = EQUAL.filter(
    (row) => row.file === name && !survived.some((mutant) => excuses(name, mutant)(row)),
  );
  for (const { at, mutator, from, to } of unnamed)
    process.stdout.write(`${SOURCES}/${name}.ts:${at} ${mutator}\n- ${from}\n+ ${to}\n`);
  for (const { line, to } of idle)
    process.stdout.write(`${name}: nothing like this survives\n- ${line}\n+ ${to}\n`);
  totals.tried += tried;
  totals.killed += tried - survived.length;
  totals.equal += survived.length - unnamed.length;
  totals.survived += unnamed.length;
  totals.idle += idle.length;
  process.stdout.write(`${name}: ${tried - survived.length} of ${tried} noticed\n`);
}
const { tried, killed, equal, survived, idle } = totals;
process.stdout.write(`${tried} mutants: ${killed} noticed, ${equal} equal, ${survived} survived\n`);
process.exitCode = survived + idle > 0 ? 1 : 0;
