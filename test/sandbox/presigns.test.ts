import { Agent } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CHECKS } from '../../sandbox/anatomy.ts';
import type { Endpoint } from '../../sandbox/rules.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import {
  addTestMerchant,
  change,
  encrypt,
  encryptFields,
  get,
  holds,
  parse,
  post,
  sha256,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { CAMPUS, ETC, PAYEE, SAMPLES } from '../support/sandbox/test-samples.ts';

let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
let other: TestMerchant;
let key: { id: string; pem: string };

beforeAll(async () => {
  sandbox = await startWechatPay(STRICT);
  [merchant, other] = await Promise.all([
    addTestMerchant(sandbox, '1900000109', 'public-key'),
    addTestMerchant(sandbox, '1900000110', 'public-key'),
  ]);
  key = sandbox.platform.publicKey('1900000109');
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.clearCalls());

const named = () => ({ platformSerial: key.id });

describe('a well-formed pre-sign', () => {
  it.each(SAMPLES)('is accepted at $path', async ({ path, body, sensitive, answer }) => {
    const encrypted = encryptFields(body, sensitive, key.pem);
    const answered = await post(sandbox.url, merchant, { path, body: encrypted, ...named() });
    expect(answered.status).toBe(200);
    const [[member, id]] = Object.entries(parse(answered)) as [[string, string]];
    expect(parse(answered)).toEqual({ [member]: expect.stringMatching(answer[member] ?? /never/) });
    expect(answered.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'wechatpay-serial': key.id,
      'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
      'wechatpay-timestamp': expect.stringMatching(/^\d{10}$/),
      'wechatpay-nonce': expect.stringMatching(/^[0-9A-Za-z]{32}$/),
      'request-id': expect.stringMatching(/^08[0-9A-F]{40}-0$/),
    });
    expect(holds(answered, key.pem)).toBe(true);
    const bytes = Buffer.from(JSON.stringify(encrypted));
    const presign = { mchid: merchant.mchid, path, id, body, bodyHash: sha256(bytes) };
    expect(sandbox.presigns.at(-1)).toEqual({ ...presign, madeAt: expect.any(Number) });
  });

  it.each(SAMPLES)('may leave out every optional member at $path', async (sample) => {
    const mine = await addFreshMerchant();
    const { id, pem } = sandbox.platform.publicKey(mine.mchid);
    const bare = ['/contract_mode', ...sample.optional].reduce<object>(
      (at, pointer) => change(at, pointer, () => undefined),
      sample.body,
    );
    const fields = sample.sensitive.filter((pointer) => !sample.optional.includes(pointer));
    const body = encryptFields(bare, fields, pem);
    const { status } = await post(sandbox.url, mine, { path: sample.path, body, platformSerial: id });
    expect(status).toBe(200);
    expect(sandbox.presigns.at(-1)?.body).toEqual(bare);
  });

  it('is recorded with everything there is to know about it', async () => {
    const body = Buffer.from(JSON.stringify(encryptFields(ETC.body, ETC.sensitive, key.pem)));
    const path = `${ETC.path}?a=%20b`;
    const answered = await post(sandbox.backupUrl, merchant, { path, body, nonce: 'n-1', ...named() });
    expect(sandbox.calls).toEqual([
      {
        n: expect.any(Number),
        at: expect.any(Number),
        cameAt: expect.any(Number),
        overAt: expect.any(Number),
        host: 'backup',
        method: 'POST',
        path,
        headers: expect.objectContaining({ 'user-agent': 'sandbox-test', 'wechatpay-serial': key.id }),
        body,
        mchid: merchant.mchid,
        nonce: 'n-1',
        timestamp: expect.stringMatching(/^\d{10}$/),
        serial: merchant.serial,
        platformSerial: key.id,
        decrypted: {
          '/identify/encrypted_real_name': '张三',
          '/identify/encrypted_credential_id': '11010119900307757X',
          '/bank_card_no': '6222021234567890128',
        },
        status: 200,
        requestId: answered.headers['request-id'],
        processed: true,
        checks: Object.fromEntries(CHECKS.map((name) => [name, 'passed'])),
        findings: [],
        sealed: [],
        answer: expect.objectContaining({ status: 200, body: answered.body }),
      },
    ]);
  });

  it('takes plaintexts up to what fits into a block and counts 64 characters, not bytes', async () => {
    const longest = { '/real_name': '长'.repeat(64), '/cred_id': 'x'.repeat(64) };
    const plain = Object.entries(longest).reduce<object>((at, [p, v]) => change(at, p, () => v), PAYEE.body);
    const body = encryptFields(
      change(plain, '/out_contract_code', () => 'LONG'),
      PAYEE.sensitive,
      key.pem,
    );
    expect((await post(sandbox.url, merchant, { path: PAYEE.path, body, ...named() })).status).toBe(200);
    const etc = change(ETC.body, '/bank_card_no', () => 'x'.repeat(214));
    const wide = encryptFields(etc, ETC.sensitive, key.pem);
    expect((await post(sandbox.url, merchant, { path: ETC.path, body: wide, ...named() })).status).toBe(200);
  });

  it('may name the media type with its charset', async () => {
    const body = encryptFields(ETC.body, ETC.sensitive, key.pem);
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };
    expect((await post(sandbox.url, merchant, { path: ETC.path, body, headers, ...named() })).status).toBe(
      200,
    );
  });
});

describe('doing the same thing twice', () => {
  it.each(SAMPLES)(
    'answers the same id without a second pre-sign at $path',
    async ({ path, body, sensitive }) => {
      const mine = await addFreshMerchant();
      const { id, pem } = sandbox.platform.publicKey(mine.mchid);
      const bytes = Buffer.from(JSON.stringify(encryptFields(body, sensitive, pem)));
      const before = sandbox.presigns.length;
      const first = await post(sandbox.url, mine, { path, body: bytes, platformSerial: id });
      const second = await post(sandbox.backupUrl, mine, { path, body: bytes, platformSerial: id });
      expect(second.body).toEqual(first.body);
      expect(sandbox.presigns).toHaveLength(before + 1);
      expect(sandbox.calls.map(({ processed }) => processed)).toEqual([true, true]);
    },
  );

  it.each([CAMPUS, PAYEE])(
    'refuses other bytes under the same code at $path',
    async ({ path, body, sensitive }) => {
      const mine = await addFreshMerchant();
      const { id, pem } = sandbox.platform.publicKey(mine.mchid);
      // The same plaintext, encrypted again: only the ciphertext differs.
      const once = () => ({ path, body: encryptFields(body, sensitive, pem), platformSerial: id });
      expect((await post(sandbox.url, mine, once())).status).toBe(200);
      const before = sandbox.presigns.length;
      const again = await post(sandbox.url, mine, once());
      expect([again.status, parse(again).code]).toEqual([400, 'INVALID_REQUEST']);
      expect(holds(again, pem)).toBe(true);
      expect(sandbox.presigns).toHaveLength(before);
      expect(sandbox.calls.at(-1)).toMatchObject({ status: 400, code: 'INVALID_REQUEST', processed: false });
    },
  );

  it('tells plans, merchants and, for ETC, every body apart', async () => {
    const mine = await addFreshMerchant();
    const one = sandbox.platform.publicKey(mine.mchid);
    const send = (sample: typeof CAMPUS, body: object) =>
      post(sandbox.url, mine, {
        path: sample.path,
        body: encryptFields(body, sample.sensitive, one.pem),
        platformSerial: one.id,
      });
    const answers = [
      await send(CAMPUS, CAMPUS.body),
      await send(
        CAMPUS,
        change(CAMPUS.body, '/plan_id', () => '2'),
      ),
      await send(
        PAYEE,
        change(PAYEE.body, '/out_contract_code', () => CAMPUS.body['out_contract_code']),
      ),
      await send(ETC, ETC.body),
      await send(ETC, ETC.body),
    ];
    const theirs = sandbox.platform.publicKey(other.mchid);
    const body = encryptFields(CAMPUS.body, CAMPUS.sensitive, theirs.pem);
    answers.push(await post(sandbox.url, other, { path: CAMPUS.path, body, platformSerial: theirs.id }));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(new Set(answers.map((answer) => answer.body.toString())).size).toBe(6);
  });
});

describe('an endpoint that a test adds', () => {
  const row: Endpoint = {
    path: '/v3/edu-papay/contracts/presign',
    members: {
      appid: { kind: 'string', required: true, max: 32 },
      service_id: { kind: 'integer' },
    },
    answer: { member: 'presign_token', id: () => 'token' },
  };

  it('is enforced like the others, and needs no platform key without sensitive fields', async () => {
    sandbox.addEndpoint(row);
    const send = (body: object) => post(sandbox.url, merchant, { path: row.path, body });
    expect(parse(await send({ appid: 'wx', service_id: 1 }))).toEqual({ presign_token: 'token' });
    expect(parse(await send({ appid: 'wx', service_id: 1.5 })).detail.field).toBe('/body/service_id');
    expect(parse(await send({})).detail.field).toBe('/body/appid');
  });

  it('requires the platform key as soon as it has a sensitive field', async () => {
    const name = { kind: 'sensitive', required: true } as const;
    sandbox.addEndpoint({
      ...row,
      path: '/v3/secret',
      members: { inner: { kind: 'object', members: { name } } },
    });
    const body = { inner: { name: encrypt('x', key.pem) } };
    expect((await post(sandbox.url, merchant, { path: '/v3/secret', body })).status).toBe(400);
    expect((await post(sandbox.url, merchant, { path: '/v3/secret', body, ...named() })).status).toBe(200);
  });
});

describe('connections', () => {
  it('are kept alive and counted', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = sandbox.connections;
    const body = encryptFields(ETC.body, ETC.sensitive, key.pem);
    for (let round = 0; round < 3; round += 1)
      await post(sandbox.url, merchant, { path: ETC.path, body, agent, ...named() });
    expect(sandbox.connections).toBe(before + 1);
    await get(sandbox.backupUrl, merchant, '/v3/certificates');
    expect(sandbox.connections).toBe(before + 2);
    agent.destroy();
  });

  it('die without warning when idle, and the client finds out by writing', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = encryptFields(ETC.body, ETC.sensitive, key.pem);
    const send = () => post(sandbox.url, merchant, { path: ETC.path, body, agent, ...named() });
    await send();
    expect(sandbox.dropIdleConnections('next-use')).toBe(1);
    await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(sandbox.calls).toHaveLength(1);
    expect((await send()).reused).toBe(false);
    agent.destroy();
  });

  it('are closed at once when asked, which a client in the same process notices in time', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = encryptFields(ETC.body, ETC.sensitive, key.pem);
    const send = () => post(sandbox.url, merchant, { path: ETC.path, body, agent, ...named() });
    await send();
    const gone = new Promise((resolve) => {
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.once('close', resolve);
    });
    expect(sandbox.dropIdleConnections()).toBe(1);
    await gone;
    expect((await send()).reused).toBe(false);
    expect(sandbox.dropIdleConnections()).toBe(1);
    expect(sandbox.dropIdleConnections()).toBe(0);
    agent.destroy();
  });
});

let fresh = 20_000_000;

/** A merchant of its own, so that business keys of other tests do not matter. */
function addFreshMerchant() {
  fresh += 1;
  return addTestMerchant(sandbox, fresh.toString(), 'public-key');
}

it('takes other bytes under one contract number for another pre-sign, if told so', async () => {
  const lenient = await startWechatPay();
  const member = await addTestMerchant(lenient, '1900000111', 'public-key');
  const { id, pem } = lenient.platform.publicKey('1900000111');
  const { path, body, sensitive } = CAMPUS;
  const send = (encrypted: object) =>
    post(lenient.url, member, { path, body: encrypted, platformSerial: id });
  const first = encryptFields(body, sensitive, pem);
  const answers = [await send(first), await send(first), await send(encryptFields(body, sensitive, pem))].map(
    (answer) => answer.body.toString(),
  );
  expect(new Set(answers).size).toBe(2);
  expect(answers[1]).toBe(answers[0]);
  expect(lenient.presigns).toHaveLength(2);
  await lenient.close();
});
