// Lets an SDK, unmodified, prove what docs/sdks.md says of it: `prove.mjs NAME COMMAND…`, where wechatpay-sandbox/ is and its
// sandbox runs. COMMAND is its program of drive/. Ends with an error that names what was otherwise.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { BAD_ANSWERS, MISTAKES, SDKS } from './cases.mjs';
import { control, plaintextsIn, seal, settingsOf, startProgram } from './world.mjs';

const [, , name, command, ...args] = process.argv;
const { takes, cannot } = SDKS[name];
const program = startProgram(command, args);
const failures = [];
const check = (isGood, what) => isGood || failures.push(what);

await control('POST', 'reset');
const listed = await control('GET', 'merchants');
const addMerchant = (mode, index) =>
  control('POST', 'merchants', { mchid: `${1_900_001_000 + 10 * listed.length + index}`, mode });
const [withKey, withCertificate, rotating, other] = await Promise.all(
  ['public-key', 'certificate', 'certificate', 'both'].map(addMerchant),
);
const clients = { 'public-key': withKey, certificate: withCertificate };
const endpoints = (await control('GET', 'endpoints')).filter(({ path }) =>
  /presign|preopen|pre-entrust/.test(path),
);
const payee = endpoints.find(({ path }) => path.includes('individual'));

const lastCall = async () => (await control('GET', 'calls'))[0];

/** Leaves the program with a client of this merchant. */
async function proveCertificates(merchant) {
  const platform = await control('GET', 'platform/certificates');
  const settings = settingsOf(merchant);
  const { error } = await program.ask({ ...settings, apiV3Key: 'another0key0another0key0another0' });
  check(error !== undefined, 'certificates were opened with another APIv3 key');
  const { certificates } = await program.do(settings);
  const spki = (pem) => createPublicKey(pem).export({ type: 'spki', format: 'pem' });
  const isGood = ([serial, pem]) =>
    platform.some((one) => one.serial === serial && spki(one.certificate_pem) === spki(pem));
  const all = Object.entries(certificates);
  check(all.length > 0 && all.every(isGood), 'the certificates are others than those that WeChat Pay has');
}

async function presign({ mchid, mode }, { path, body, example }) {
  const { answer } = await program.do({ order: 'post', path, body: await seal(program, body, example) });
  const { n } = await lastCall();
  const { fields } = await control('GET', `calls/${n}`);
  const opened = Object.fromEntries(fields.map(({ pointer, plaintext }) => [pointer, plaintext]));
  const made = (await control('GET', 'presigns')).filter((one) => one.path === path);
  const isKnown = made.some((one) => one.mchid === mchid && one.id === Object.values(answer)[0]);
  check(isKnown, `${mode}: ${path} was answered with no pre-sign of this merchant`);
  check(
    isDeepStrictEqual(opened, plaintextsIn(body, example)),
    `${mode}: ${path} came with other plaintexts`,
  );
}

/** @returns whether it was refused */
async function refuses(mode, { word, ...fault }, good) {
  const isByWord = word !== undefined && mode === 'certificate';
  const example = { ...payee.example, real_name: `${word}_1` };
  const body = isByWord ? await seal(program, payee.body, example) : good;
  if (!isByWord) await control('POST', 'faults', { ...fault, times: null });
  const { error } = await program.ask({ order: 'post', path: payee.path, body });
  await control('DELETE', 'faults');
  const what = `${mode}: ${JSON.stringify(fault)}`;
  check((await lastCall()).fault === fault.kind, `${what} did not happen: ${error}`);
  check((error === undefined) === takes.includes(fault.kind), `${what}: ${error ?? 'it was taken'}`);
  return error !== undefined;
}

async function proveRefusals(mode, counts) {
  await program.do(settingsOf(clients[mode]));
  const good = await seal(program, payee.body, payee.example);
  for (const [group, faults] of Object.entries(BAD_ANSWERS))
    for (const fault of faults) {
      counts[group].all += 1;
      if (await refuses(mode, fault, good)) counts[group].refused += 1;
    }
  // None of them for a reason that has nothing to do with the answer.
  await program.do({ order: 'post', path: payee.path, body: good });
}

async function proveExplained(title, mistake, others) {
  const { mode = 'public-key', changes = mode, open, seal: how, post, clock = 0, findings } = mistake;
  const merchant = clients[mode];
  const known = { ...others, merchant };
  await program.do({ ...settingsOf(merchant), ...open?.(known) });
  const { body: fields, example } = payee;
  const body = how === null ? example : await seal(program, fields, example, how?.(known));
  await control('PUT', 'clock', { offset_seconds: clock });
  await control('PUT', `merchants/${merchant.mchid}/mode`, changes);
  const { error } = await program.ask({ order: 'post', path: payee.path, body, ...post });
  await control('PUT', `merchants/${merchant.mchid}/mode`, mode);
  await control('PUT', 'clock', { offset_seconds: 0 });
  const found = [...new Set((await lastCall()).findings.map(({ code }) => code))];
  check(error !== undefined, `${title}: it was taken`);
  check(
    isDeepStrictEqual(found, findings),
    `${title}: ${found.join(', ') || 'nothing'} was found, not ${findings}`,
  );
}

/** While a certificate is announced that is not valid yet: some SDKs encrypt with the newest one listed. */
async function provePresigns() {
  const not_before = new Date(Date.now() + 86_400_000).toISOString();
  const announced = await control('POST', 'platform/certificates', { not_before });
  try {
    await proveCertificates(rotating);
    for (const endpoint of endpoints) await presign(rotating, endpoint);
  } finally {
    await control('DELETE', `platform/certificates/${announced.serial}`);
  }
  await program.do(settingsOf(withKey));
  for (const endpoint of endpoints) await presign(withKey, endpoint);
  return 2 * endpoints.length;
}

async function prove() {
  const presigns = await provePresigns();
  const counts = Object.fromEntries(Object.keys(BAD_ANSWERS).map((group) => [group, { refused: 0, all: 0 }]));
  for (const mode of Object.keys(clients)) await proveRefusals(mode, counts);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const strange = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const [platform] = await control('GET', 'platform/certificates');
  const mistakes = Object.entries(MISTAKES).filter(([title]) => !cannot.includes(title));
  for (const [title, mistake] of mistakes) await proveExplained(title, mistake, { strange, other, platform });
  const refusals = Object.values(counts).map(({ refused, all }) => `${refused}/${all}`);
  const all = `${mistakes.length}/${mistakes.length}`;
  return `| \`${name}\` | ✓ | ${presigns}/${presigns} | ${refusals.join(' | ')} | ${all} |`;
}

const row = await prove().catch((error) => {
  failures.push(error.message);
});
program.end();
for (const page of ['sdks.md', 'zh-CN/sdks.md']) {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  check(row === undefined || text.includes(`${row}\n`), `docs/${page} does not say so: ${row}`);
}
for (const failure of failures) process.stdout.write(`SDK ${name}: FAILED, ${failure}\n`);
if (row && failures.length === 0) process.stdout.write(`SDK ${name}: ${row}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
