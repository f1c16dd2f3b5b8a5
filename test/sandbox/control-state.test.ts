import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CHECKS } from '../../sandbox/anatomy.ts';
import { MAGIC } from '../../sandbox/magic.ts';
import document from '../../sandbox/openapi.json' with { type: 'json' };
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { until } from '../support/protocol.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import {
  addTestMerchant,
  encryptFields,
  get,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { CAMPUS, PAYEE } from '../support/sandbox/test-samples.ts';

let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
let other: TestMerchant;
beforeAll(async () => {
  sandbox = await startWechatPay({ magic: true });
  merchant = await addTestMerchant(sandbox, '1900000109', 'both');
  other = await addTestMerchant(sandbox, '1900000110', 'public-key');
});
afterAll(() => sandbox.close());
beforeEach(() => ask('POST', 'reset'));

const ask = (method: string, path: string, body: string | object = '') =>
  askControl(sandbox.url, method, path, typeof body === 'string' ? body : JSON.stringify(body));
const list = (who = merchant) => get(sandbox.url, who, '/v3/certificates', undefined, seconds());
const presign = (changes: object = {}, sample = PAYEE) => {
  const { id: platformSerial, pem } = sandbox.platform.publicKey(merchant.mchid);
  const body = encryptFields({ ...sample.body, ...changes }, sample.sensitive, pem);
  return post(sandbox.url, merchant, { path: sample.path, body, platformSerial, timestamp: seconds() });
};
let ahead = 0;
const seconds = () => Math.floor(Date.now() / 1000) + ahead;

describe('the document', () => {
  it('is OpenAPI, is handed out, and has every route and no other', async () => {
    expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true });
    expect((await ask('GET', 'openapi.json')).json).toEqual(document);
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.slice(1)}`),
    );
    expect(documented.sort()).toEqual([...sandbox.controlRoutes].sort());
  });

  it('describes what is answered', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'document');
    const pointer = (path: string) => path.replaceAll('~', '~0').replaceAll('/', '~1');
    const schemaOf = (method: string, path: string) =>
      `document#/paths/${pointer(`/${path}`)}/${method}/responses/200/content/${pointer('application/json')}/schema`;
    await presign();
    await presign({ real_name: 1 });
    await ask('POST', 'faults', { kind: 'refuse', status: 403, code: 'NO_AUTH', message: 'x', times: null });
    const answers = {
      calls: await ask('GET', 'calls'),
      merchants: await ask('GET', 'merchants'),
      presigns: await ask('GET', 'presigns'),
      faults: await ask('GET', 'faults'),
      clock: await ask('GET', 'clock'),
      'platform/certificates': await ask('GET', 'platform/certificates'),
      'calls/{id}': await ask('GET', `calls/${sandbox.calls.at(-1)?.n}`),
    };
    for (const [path, { status, json }] of Object.entries(answers)) {
      const isValid = ajv.validate(schemaOf('get', path), json);
      expect([path, status, isValid, ajv.errorsText()]).toEqual([path, 200, true, 'No errors']);
    }
    const checks = document.components.schemas.CallAnatomy.allOf.flatMap(
      ({ properties }) => properties?.checks.items.properties.name.enum ?? [],
    );
    expect(checks).toEqual([...CHECKS]);
  });
});

describe('without a product beside it, the sandbox', () => {
  it('says that there is none, and asks nobody', async () => {
    expect(await ask('GET', 'product')).toMatchObject({ status: 204, text: '' });
    expect((await ask('GET', 'product/requests')).json).toEqual([]);
    const asked = { method: 'GET', target: '/', name: 'x', body: {} };
    for (const [method, path] of [
      ['GET', 'product/requests/1'],
      ['POST', 'product/requests'],
      ['POST', 'product/events'],
    ] as const)
      expect(await ask(method, path, method === 'POST' ? asked : '')).toMatchObject({ status: 404 });
  });
});

describe('faults', () => {
  const needs: Readonly<Record<string, object>> = {
    latency: { ms: 1 },
    'error-page': { status: 502 },
    refuse: { status: 403, code: 'NO_AUTH', message: 'x' },
    'wrong-shape': { body: '[]' },
    'request-id': { id: 'x' },
  };

  it.each(document.components.schemas.Fault.properties.kind.enum)(
    'can be had one by one: %s',
    async (kind) => {
      expect((await ask('POST', 'faults', { kind, ...needs[kind] })).status).toBe(204);
      expect((await ask('GET', 'faults')).json).toEqual([{ kind, ...needs[kind], left: 1 }]);
      if (needs[kind]) expect((await ask('POST', 'faults', { kind })).status).toBe(400);
      expect((await ask('POST', 'faults', { kind, ...needs[kind], bogus: 1 })).status).toBe(400);
    },
  );

  it('meet as many calls as was said, of one merchant', async () => {
    await ask('POST', 'faults', { kind: 'rate-limit', retryAfter: 7, times: 2, mchid: other.mchid });
    const answers = [await list(), await list(other), await list(), await list(other), await list(other)];
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 200, 429, 404]);
    expect(answers[1]?.headers).toMatchObject({ 'retry-after': '7' });
  });

  it('meet a part of the calls, and always the same part', async () => {
    await ask('POST', 'faults', { kind: 'system-error', rate: 0.3, times: null });
    const statuses: number[] = [];
    for (let round = 0; round < 10; round += 1) statuses.push((await list()).status);
    expect(statuses).toEqual([200, 200, 200, 500, 200, 200, 500, 200, 200, 500]);
  });

  it('are refused in a sentence where they make no sense', async () => {
    for (const wrong of [
      'x',
      { kind: 'toString' },
      { kind: 'reset', times: 0 },
      { kind: 'reset', rate: 2 },
      { kind: 'reset', mchid: 'x' },
      { kind: 'refuse', status: 200, code: 'x', message: 'y' },
      { kind: 'request-id', id: 'a\r\nSet-Cookie: b' },
    ])
      expect((await ask('POST', 'faults', wrong)).status).toBe(400);
    expect((await ask('GET', 'faults')).json).toEqual([]);
  });
});

describe('words in a body', () => {
  it.each(Object.entries(MAGIC))('%s is %j', async (word, { kind }) => {
    const answered = presign({ out_contract_code: `${word}_1` }).then(
      ({ status }) => status,
      () => 'gone',
    );
    // Nobody answers that one.
    if (kind === 'hang') await until(() => sandbox.calls.at(-1)?.fault === kind);
    const outcome = kind === 'hang' ? 'hang' : await answered;
    const wanted = { 'rate-limit': 429, 'system-error': 500, unavailable: 503, reset: 'gone', hang: 'hang' };
    expect(outcome).toBe({ ...wanted, 'bad-signature': 200 }[kind]);
    expect(sandbox.calls.at(-1)).toMatchObject({ fault: kind });
  });

  it('are found in what was encrypted too, and nowhere by accident', async () => {
    expect((await presign({ real_name: 'SANDBOX_RATE_LIMIT' })).status).toBe(429);
    for (const code of ['SANDBOX_RESETS', 'MY_SANDBOX_RESET', 'SANDBOX_'])
      expect((await presign({ out_contract_code: code })).status).toBe(200);
  });

  it('are only words to a stand-in that was not told so', async () => {
    const plain = await startWechatPay();
    const mine = await addTestMerchant(plain, merchant.mchid, 'public-key');
    const { id: platformSerial, pem } = plain.platform.publicKey(mine.mchid);
    const changed = { ...PAYEE.body, out_contract_code: 'SANDBOX_RATE_LIMIT' };
    const body = encryptFields(changed, PAYEE.sensitive, pem);
    expect((await post(plain.url, mine, { path: PAYEE.path, body, platformSerial })).status).toBe(200);
    await plain.close();
  });
});

describe('the state', () => {
  it('has a clock that can be set', async () => {
    expect((await ask('PUT', 'clock', { offset_seconds: 420 })).status).toBe(204);
    expect((await list()).status).toBe(401);
    ahead = 420;
    const answer = await list();
    ahead = 0;
    expect(answer.status).toBe(200);
    expect(Number(answer.headers['wechatpay-timestamp'])).toBeGreaterThan(seconds() + 300);
    expect((await ask('GET', 'clock')).json).toMatchObject({ offset_seconds: 420 });
    for (const wrong of [{}, { offset_seconds: '1' }, { offset_seconds: 1.5 }, { offset_seconds: 1e12 }, 'x'])
      expect((await ask('PUT', 'clock', wrong)).status).toBe(400);
  });

  it('has certificates that rotate and retire, and a merchant that migrates', async () => {
    const [old] = (await ask('GET', 'platform/certificates')).json;
    const made = await ask('POST', 'platform/certificates');
    expect((await list()).headers['wechatpay-serial']).toBe(made.json.serial);
    expect((await ask('DELETE', `platform/certificates/${old.serial.toLowerCase()}`)).status).toBe(204);
    expect((await ask('DELETE', `platform/certificates/${old.serial}`)).status).toBe(404);
    expect((await ask('GET', 'platform/certificates')).json).toEqual([made.json]);
    expect((await ask('POST', 'platform/certificates', { not_before: 'soon' })).status).toBe(400);
    expect((await ask('POST', 'platform/certificates', { notBefore: '2026-01-01' })).status).toBe(400);
    expect((await ask('PUT', `merchants/${merchant.mchid}/mode`, 'public-key')).status).toBe(204);
    expect((await list()).status).toBe(404);
    expect((await ask('PUT', `merchants/${merchant.mchid}/mode`, 'sm2')).status).toBe(400);
    expect((await ask('PUT', `merchants/${merchant.mchid}/mode`, 'both\n')).status).toBe(204);
    expect((await list()).status).toBe(200);
  });

  it('can be forgotten, but for merchants and keys', async () => {
    const merchants = (await ask('GET', 'merchants')).json;
    await presign({}, CAMPUS);
    const [{ id = '' } = {}] = sandbox.presigns;
    await ask('POST', `presigns/${id}/sign`);
    sandbox.setNotifyUrl(merchant.mchid, 'http://127.0.0.1:9/nobody');
    sandbox.notify(merchant.mchid, { eventType: 'N', resource: {} });
    await ask('POST', 'faults', { kind: 'reset' });
    await ask('PUT', 'clock', { offset_seconds: 1 });
    const kept = async () => {
      const names = ['calls', 'presigns', 'contracts', 'notifications', 'faults'];
      return Promise.all(names.map(async (name) => (await ask('GET', name)).json.length));
    };
    expect(await kept()).toEqual([1, 1, 1, 1, 1]);
    expect((await ask('POST', 'reset')).status).toBe(204);
    sandbox.setNotifyUrl(merchant.mchid, undefined);
    expect(await kept()).toEqual([0, 0, 0, 0, 0]);
    expect((await ask('GET', 'clock')).json).toMatchObject({ offset_seconds: 0 });
    expect((await ask('GET', 'merchants')).json).toEqual(merchants);
    expect((await list()).status).toBe(200);
  });
});
