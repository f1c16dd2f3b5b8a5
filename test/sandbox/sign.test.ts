import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import type { SignedCall, ToldEndpoint } from '../../sandbox/told.ts';
import type { Mode } from '../../sandbox/types.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import { addTestMerchant, COMMON, exchange, parse } from '../support/sandbox/test-client.ts';
import { CAMPUS, ETC } from '../support/sandbox/test-samples.ts';

const MCHID = '1900000001';
const MODES: Mode[] = ['certificate', 'public-key', 'both'];

let sandbox: WechatPaySandbox;
beforeAll(async () => {
  sandbox = await startWechatPay(STRICT);
  await ask('POST', 'merchants', { mchid: MCHID });
});
afterAll(() => sandbox.close());

const ask = (method: string, path: string, body: unknown = '') =>
  askControl(sandbox.url, method, path, typeof body === 'string' ? body : JSON.stringify(body));
const sign = (wanted: unknown, mchid = MCHID) => ask('POST', `merchants/${mchid}/sign`, wanted);

/** Sends it as it was handed out. */
function send({ method, target, headers, body }: SignedCall) {
  const all = { ...COMMON, ...headers };
  return exchange({ url: sandbox.url, method, path: target, headers: all, body: Buffer.from(body) });
}

describe('a call that the stand-in signs', () => {
  it.each(MODES)('is taken by the strictest of them, with its plaintexts encrypted: %s', async (mode) => {
    await ask('PUT', `merchants/${MCHID}/mode`, mode);
    const out_contract_code = `C-${mode}`;
    const { json } = await sign({
      method: 'POST',
      target: CAMPUS.path,
      body: { ...CAMPUS.body, out_contract_code },
    });
    for (const secret of ['张三', '11010119900307757X', '6222021234567890128', '13800138000'])
      expect(json.body).not.toContain(secret);
    const answer = await send(json);
    expect([answer.status, Object.keys(parse(answer))]).toEqual([200, ['presign_token']]);
    expect(sandbox.presigns.at(-1)?.body).toEqual({ ...CAMPUS.body, out_contract_code });
  });

  it('may have a query, and no body', async () => {
    const { json } = await sign({ method: 'GET', target: '/v3/eduschoolpay/contracts/1?a=%20' });
    expect((await send(json)).status).toBe(400);
    const bare = await sign({ method: 'GET', target: '/v3/eduschoolpay/contracts/1' });
    expect(parse(await send(bare.json))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is another each time: none is a replay', async () => {
    const wanted = { method: 'GET', target: '/v3/eduschoolpay/contracts/1' };
    const [first, second] = await Promise.all([sign(wanted), sign(wanted)]);
    expect((await send(first.json)).status).toBe(404);
    expect((await send(second.json)).status).toBe(404);
    expect((await send(second.json)).status).toBe(401);
  });

  it('goes out with what breaks a rule, for the rule to be seen', async () => {
    const body = { ...ETC.body, openid: 1, identify: { encrypted_real_name: 2 }, more: null };
    const { json } = await sign({ method: 'POST', target: ETC.path, body });
    expect(await send(json)).toMatchObject({ status: 400 });
  });

  it('is not made without a merchant whose key is here, nor of anything but a call', async () => {
    await addTestMerchant(sandbox, '1900000002', 'both');
    const wanted = { method: 'GET', target: '/v3/certificates' };
    expect((await sign(wanted, '1900000002')).status).toBe(409);
    expect((await sign(wanted, '1900000003')).status).toBe(404);
    for (const wrong of [
      'x',
      {},
      { ...wanted, method: 'PUT' },
      { ...wanted, target: 'https://api.mch.weixin.qq.com/v3/certificates' },
      { ...wanted, target: '/v3/a b' },
      { ...wanted, target: '/v3/a\nb' },
      { ...wanted, body: [] },
      { ...wanted, more: 1 },
    ])
      expect((await sign(wrong)).status).toBe(400);
    const long = { ...ETC.body, bank_card_no: '1'.repeat(215) };
    expect(await sign({ method: 'POST', target: ETC.path, body: long })).toMatchObject({
      status: 400,
      text: expect.stringContaining('/bank_card_no'),
    });
  });
});

describe('the rules that are told', () => {
  it('are of every endpoint, and hold of its example', async () => {
    const told: ToldEndpoint[] = (await ask('GET', 'endpoints')).json;
    const taking = told.filter(({ body }) => body !== undefined);
    expect(taking.map(({ example }) => example)).not.toContain(undefined);
    const names = (fields: ToldEndpoint['inPath'] = []): string[] => fields.map(({ name }) => name);
    for (const { body, example = {} } of taking)
      expect(names(body)).toEqual(expect.arrayContaining(Object.keys(example)));
    for (const { path, inPath } of told)
      expect(names(inPath)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  });
});
