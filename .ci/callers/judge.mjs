// Lets the three programs of an example work against `npm start -- --iam`, and holds what they say against what came to
// pass: `judge.mjs COMMAND…`, with {program} or {Program} where its name goes. The environment is what npm start prints.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const { PRESIGN_API, WECHATPAY_SANDBOX, PRESIGN_QUEUE_URL } = process.env;
const command = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'example-'));
const tag = `${process.pid}-${Date.now()}`;
const MOST_MS = 90_000;
const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGTERM', () => process.exit(1));

const demand = (holds, what) => {
  if (!holds) throw new Error(what);
};
const control = async (method, path, body) => {
  const response = await fetch(`${WECHATPAY_SANDBOX}/${path}`, {
    method,
    body: body && JSON.stringify(body),
  });
  demand(response.ok, `${method} ${path}: ${response.status}`);
  return response.status === 204 ? undefined : response.json();
};

/** Starts a program; `text` is what it says, `ended` its status. */
const start = (program, args, env = {}) => {
  const Program = program.replace(/^./, (letter) => letter.toUpperCase());
  const named = command.map((part) => part.replace('{program}', program).replace('{Program}', Program));
  const [file, ...rest] = named;
  const child = spawn(file, [...rest, ...args], { env: { ...process.env, ...env } });
  const said = { child, text: '', out: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
    said.text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.text += chunk;
  });
  running.add(child);
  said.ended = new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (status) => {
      running.delete(child);
      resolve(status);
    });
  });
  return said;
};
/** Runs one to its end. @returns what it said. */
const run = async (status, program, args, env) => {
  const said = start(program, args, env);
  const timer = setTimeout(() => said.child.kill('SIGKILL'), MOST_MS);
  const got = await said.ended;
  clearTimeout(timer);
  demand(got === status, `${program} ${args[0]} ended with ${got} instead of ${status}:\n${said.text}`);
  demand(!/张三|11010119900307757X|ot35_/.test(said.text), `${program} ${args[0]} tells personal data`);
  return said;
};
const until = async (holds, what) => {
  for (const end = Date.now() + MOST_MS; !(await holds()); await wait(50)) demand(Date.now() < end, what());
};
const keep = async (name, value) => {
  await writeFile(join(folder, name), JSON.stringify(value));
  return join(folder, name);
};

/** A way to the API on which the first answer is lost. */
const startLossyWay = async () => {
  let lost = false;
  const server = createServer((socket) => {
    const onward = connect(Number(new URL(PRESIGN_API).port), '127.0.0.1');
    for (const end of [socket, onward]) end.on('error', () => undefined);
    socket.pipe(onward);
    if (lost) return void onward.pipe(socket);
    lost = true;
    onward.once('data', () => socket.resetAndDestroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
};

const whole = {
  sp_appid: 'wx47c677487ce3ac47',
  openid: 'ot35_4gNgXsUuh2sQY0lT9N08AU0',
  plan_id: '97619',
  plate_number: '藏A00001',
  identify: {
    encrypted_real_name: '张三',
    encrypted_credential_id: '11010119900307757X',
    credential_type: 'ID_CARD',
  },
};
const { openid: _, ...broken } = whole;
const body = await keep('body.json', whole);
const brokenBody = await keep('broken.json', broken);

/** @returns the bodies that WeChat Pay has got meanwhile. */
const during = async (act) => {
  const [{ n: last }] = await control('GET', 'calls');
  await act();
  const calls = (await control('GET', 'calls')).filter(({ n }) => n > last);
  return Promise.all(calls.map(async ({ n }) => (await control('GET', `calls/${n}`)).body.text));
};

const checkPresign = async () => {
  const { out } = await run(0, 'presign', [`ok-${tag}`, body]);
  const { preopen_id: id } = JSON.parse(out).extraData;
  // WeChat Pay does its part and is not heard, as often as one call of the service tries.
  const sent = await during(async () => {
    await control('POST', 'faults', { kind: 'reset-after', times: 3 });
    await run(0, 'presign', [`late-${tag}`, body]);
  });
  const kinds = new Set(sent).size;
  demand(sent.length === 4 && kinds === 1, `WeChat Pay got ${kinds} bodies in ${sent.length} calls`);
  const lossy = await startLossyWay();
  const asked = await during(async () => {
    const { text } = await run(0, 'presign', [`lost-${tag}`, body], { PRESIGN_API: lossy.url });
    demand(/ attempt 1: no /.test(text), 'the lost answer came');
  });
  lossy.close();
  demand(asked.length === 1, `WeChat Pay was asked ${asked.length} times, though only the answer was lost`);
  demand(
    (await run(3, 'presign', [`no-${tag}`, brokenBody])).text.includes('400 PARAM_ERROR'),
    'no reason of a refusal',
  );
  const guessed = await run(1, 'presign', [`who-${tag}`, body], { AWS_SECRET_ACCESS_KEY: 'guessed' });
  demand(guessed.text.includes('403'), 'no reason of a 403');
  return id;
};

const checkEvents = async (presignId) => {
  const asked = await keep('ask.json', [
    { request_id: `good-${tag}`, body: whole },
    { request_id: `bad-${tag}`, body: broken },
  ]);
  const heard = start('hear', [join(folder, 'heard')]);
  const { contract_id: contract } = await control('POST', `presigns/${presignId}/sign`);
  await run(0, 'ask', [asked]);
  const has = (line) => () => heard.out.includes(line);
  const missing = (line) => () => `hear has not said "${line}", but:\n${heard.text}`;
  const lines = [
    `VehicleEtcPreopenSucceeded 1900000001 good-${tag}`,
    `VehicleEtcPreopenFailed 1900000001 bad-${tag}`,
  ];
  for (const line of lines) await until(has(`new ${line}`), missing(`new ${line}`));
  await run(0, 'ask', [asked]);
  for (const line of lines) await until(has(`known ${line}`), missing(`known ${line}`));
  await fetch(new URL(PRESIGN_QUEUE_URL).origin, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': 'AmazonSQS.SendMessage' },
    body: JSON.stringify({ QueueUrl: PRESIGN_QUEUE_URL, MessageBody: 'no event' }),
  });
  await until(() => / stays/.test(heard.text), missing('message … stays'));
  const keptWith = async (text) => {
    const files = (await readdir(join(folder, 'heard'))).filter((file) => file.endsWith('.json'));
    const kept = await Promise.all(files.map((file) => readFile(join(folder, 'heard', file), 'utf8')));
    return kept.filter((one) => one.includes(text)).length;
  };
  const signed = async () => (await keptWith(`"contract_id":"${contract}"`)) === 1;
  await until(signed, missing('new … of the notification'));
  heard.child.kill('SIGKILL');
  await heard.ended;
  demand((await keptWith(tag)) === 2, 'an outcome was not kept once');
};

try {
  await checkEvents(await checkPresign());
} finally {
  await rm(folder, { recursive: true, force: true });
}
