import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CallAnatomy, CallSummary } from '../../sandbox/anatomy.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import {
  addTestMerchant,
  encryptFields,
  get,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { PAYEE } from '../support/sandbox/test-samples.ts';

let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
beforeAll(async () => {
  sandbox = await startWechatPay();
  merchant = await addTestMerchant(sandbox, '1900000109', 'public-key');
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.clearCalls());

const ask = (path: string) => askControl(sandbox.url, 'GET', path);
const key = () => sandbox.platform.publicKey(merchant.mchid);
const presign = (body: object, path: string = PAYEE.path) =>
  post(sandbox.url, merchant, { path, body, platformSerial: key().id });
const encrypted = () => encryptFields(PAYEE.body, PAYEE.sensitive, key().pem);

const outcomes = ({ checks }: CallAnatomy, wanted: string) =>
  checks.filter(({ outcome }) => outcome === wanted).map(({ name }) => name);

describe('the anatomy of a call', () => {
  it('shows what was signed on both sides, each check, and what was encrypted', async () => {
    const answer = await presign(encrypted(), `${PAYEE.path}?a=%20b`);
    const [summary]: CallSummary[] = (await ask('calls')).json;
    const seen: CallAnatomy = (await ask(`calls/${summary?.n}`)).json;
    expect(seen).toMatchObject({
      ...summary,
      mchid: merchant.mchid,
      status: 200,
      processed: true,
      findings: [],
    });
    const { items } = seen.authorization ?? {};
    const body = JSON.stringify(JSON.parse(seen.body.text ?? ''));
    expect(seen.message).toBe(
      `POST\n${PAYEE.path}?a=%20b\n${items?.['timestamp']}\n${items?.['nonce_str']}\n${body}\n`,
    );
    expect(seen).toMatchObject({ certificate_serial: merchant.serial, platform_serial: key().id });
    expect(outcomes(seen, 'passed')).toHaveLength(seen.checks.length);
    expect(Object.fromEntries(seen.fields.map(({ pointer, plaintext }) => [pointer, plaintext]))).toEqual({
      '/real_name': PAYEE.body['real_name'],
      '/cred_id': PAYEE.body['cred_id'],
    });
    const { 'wechatpay-timestamp': time, 'wechatpay-nonce': nonce } = answer.headers;
    expect(seen.answer).toMatchObject({
      message: `${time}\n${nonce}\n${answer.body}\n`,
      body: { bytes: answer.body.length, text: answer.body.toString() },
    });
  });

  it('shows where a refused call failed, and what to look at, in both languages', async () => {
    const plaintext = { ...encrypted(), real_name: '张三' };
    await presign(plaintext);
    const seen: CallAnatomy = (await ask(`calls/${sandbox.calls.at(-1)?.n}`)).json;
    expect(outcomes(seen, 'failed')).toEqual(['fields']);
    expect(seen.fields).toEqual([{ pointer: '/real_name' }, { pointer: '/cred_id' }]);
    expect(seen.findings).toEqual([
      {
        code: 'field.plaintext',
        params: { pointer: '/real_name' },
        texts: { en: '/real_name is not encrypted.', 'zh-CN': '/real_name 没有加密。' },
      },
    ]);
  });

  it('tells of bytes that are no text, of a call that nobody answered, and of none that is not there', async () => {
    const body = Buffer.from([0xff, 0xfe]);
    await post(sandbox.url, merchant, { path: PAYEE.path, body });
    expect((await ask(`calls/${sandbox.calls.at(-1)?.n}`)).json.body).toEqual({ bytes: 2, base64: '//4=' });
    sandbox.fault({ kind: 'reset' });
    await expect(get(sandbox.url, merchant, '/v3/certificates')).rejects.toThrow();
    const [newest]: CallSummary[] = (await ask('calls')).json;
    expect(newest).toMatchObject({ fault: 'reset', processed: false });
    expect(newest).not.toHaveProperty('status');
    expect((await ask('calls/1000000')).status).toBe(404);
  });
});

it('tells of calls and changes while they happen, until nobody listens', async () => {
  const { host } = new URL(sandbox.url);
  const request = httpGet(`${sandbox.url}/__sandbox/events`, { headers: { Host: host }, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.headers['content-type']).toBe('text/event-stream');
  const lines = createInterface({ input: response })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value = '' } = await lines.next();
    return value === '' || value.startsWith(':') ? next() : value;
  };
  await presign({});
  expect(await next()).toBe('event: call');
  const told: CallSummary = JSON.parse((await next()).replace('data: ', ''));
  expect(told).toEqual((await ask('calls')).json[0]);
  await askControl(sandbox.url, 'PUT', 'faults', 'hang');
  await askControl(sandbox.url, 'DELETE', 'faults');
  expect(await next()).toBe('event: change');
  expect(await next()).toBe('data: {"method":"PUT","path":"/__sandbox/faults"}');
  request.destroy();
  expect((await presign({})).status).toBe(400);
});
