import { parseArgs } from 'node:util';
import { runChaos } from './run.ts';

const HELP = `Usage: npm run chaos -- [--sign-ups N] [--seed N]

Asks for sign-ups by event while KMS throttles, WeChat Pay fails, connections break, answers are forged, DynamoDB,
EventBridge and SQS hiccup and Lambdas are killed at work; then clears up, moves the dead letters back and reports
what became of every one. Everything runs on this machine and ends by itself, after about three minutes.

  --sign-ups N  how many to ask for (default 10000)
  --seed N      of chance (default: today's)
  --help        this text

The report is one JSON object on stdout; status 0 when nothing was lost or doubled, 1 otherwise.
`;

const numberOf = (text: string, name: string): number => {
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1)
    throw new Error(`${name} must be a number from 1, '${text}' given`);
  return Number(text);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { 'sign-ups': { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  const signUps = numberOf(values['sign-ups'] ?? '10000', '--sign-ups');
  const seed = numberOf(values.seed ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''), '--seed');
  const report = await runChaos({ signUps, seed, say: (text) => void process.stderr.write(`${text}\n`) });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.violations.length === 0 ? 0 : 1;
};

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
