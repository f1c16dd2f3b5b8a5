import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { issueCertificate } from '../../sandbox/pki.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import {
  addTestMerchant,
  authorizationHeader,
  authorizationItems,
  COMMON,
  encryptFields,
  exchange,
  holds,
  parse,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { ETC } from '../support/sandbox/test-samples.ts';

const START = Date.parse('2026-05-04T03:02:01.999Z');
const SECONDS = Math.floor(START / 1000);
const { path } = ETC;

let now = START;
let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
let other: TestMerchant;
let body: Buffer;
let platformSerial: string;

beforeAll(async () => {
  sandbox = await startWechatPay({ ...STRICT, clock: () => now });
  [merchant, other] = await Promise.all([
    addTestMerchant(sandbox, '1900000109', 'public-key'),
    addTestMerchant(sandbox, '1900000110', 'public-key'),
  ]);
  const key = sandbox.platform.publicKey(merchant.mchid);
  platformSerial = key.id;
  body = Buffer.from(JSON.stringify(encryptFields(ETC.body, ETC.sensitive, key.pem)));
});
afterAll(() => sandbox.close());
beforeEach(() => {
  now = START;
  sandbox.clearCalls();
});

const items = (who = merchant, more = {}) =>
  authorizationItems(who, { path, body, timestamp: SECONDS, ...more });

type Changed = { Authorization?: string; 'User-Agent'?: string; Accept?: string };
function send(changed: Changed, target = path, bytes = body, method = 'POST') {
  const standard = { ...COMMON, 'Content-Type': 'application/json', 'Wechatpay-Serial': platformSerial };
  const given = Object.entries({ ...standard, ...changed }).filter(([, value]) => value !== '');
  return exchange({
    url: sandbox.url,
    method,
    path: target,
    headers: Object.fromEntries(given),
    body: bytes,
  });
}

async function expectRefused(answer: ReturnType<typeof send>, message: RegExp) {
  const { status, headers, body: bytes } = await answer;
  expect([status, JSON.parse(bytes.toString()).code]).toEqual([401, 'SIGN_ERROR']);
  expect(JSON.parse(bytes.toString()).message).toMatch(message);
  expect(Object.keys(headers).filter((name) => name.startsWith('wechatpay-'))).toEqual([]);
  expect(headers['request-id']).toMatch(/-268443699$/);
  expect(sandbox.calls.at(-1)).toMatchObject({ status: 401, code: 'SIGN_ERROR', processed: false });
}

describe('the front door', () => {
  it.each(['User-Agent', 'Accept'] as const)('wants a %s before it looks at the signature', async (name) => {
    const answer = await send({ [name]: '', Authorization: 'nonsense' });
    expect([answer.status, parse(answer).code]).toEqual([400, 'INVALID_REQUEST']);
    expect(answer.headers).not.toHaveProperty('wechatpay-signature');
    expect(answer.headers).toHaveProperty('request-id');
  });

  it('knows nothing outside /v3/ and no other method, and says so without a body', async () => {
    const wanted = [
      await send({}, '/v2/unknown'),
      await send({}, '/'),
      await send({}, path, Buffer.alloc(0), 'GET'),
      await send({}, path, body, 'PUT'),
      await send({}, '/v3/certificates', body),
    ];
    expect(wanted.map(({ status }) => status)).toEqual([404, 404, 405, 405, 405]);
    for (const { body: bytes, headers } of wanted) {
      expect(bytes).toHaveLength(0);
      expect(headers).not.toHaveProperty('wechatpay-signature');
    }
  });
});

describe('the Authorization header', () => {
  it('takes the five items in any order', async () => {
    const orders = [
      Object.entries(items()),
      Object.entries(items()).reverse(),
      Object.entries(items()).sort(),
    ];
    for (const order of orders) {
      expect((await send({ Authorization: authorizationHeader(Object.fromEntries(order)) })).status).toBe(
        200,
      );
    }
  });

  it('must be there, with the one scheme', async () => {
    await expectRefused(send({}), /值格式错误/);
    const header = authorizationHeader(items());
    await expectRefused(send({ Authorization: header.replace('RSA2048', 'SM3') }), /认证类型/);
    await expectRefused(send({ Authorization: header.toLowerCase() }), /认证类型/);
    await expectRefused(send({ Authorization: header.replace(' ', '  ') }), /值格式错误/);
  });

  it.each(['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'] as const)(
    'must have %s, once',
    async (name) => {
      const all = items();
      const { [name]: value, ...rest } = all;
      await expectRefused(send({ Authorization: authorizationHeader(rest) }), /值格式错误/);
      const twice = `${authorizationHeader(all)},${name}="${value}"`;
      await expectRefused(send({ Authorization: twice }), /值格式错误/);
    },
  );

  it.each([
    ['a sixth item', (h: string) => `${h},sign_type="RSA"`],
    ['a trailing comma', (h: string) => `${h},`],
    ['unquoted values', (h: string) => h.replaceAll('"', '')],
    ['semicolons', (h: string) => h.replaceAll(',', ';')],
    ['spaces after the commas', (h: string) => h.replaceAll(',', ', ')],
  ])('must not have %s', async (_, spoil) => {
    await expectRefused(send({ Authorization: spoil(authorizationHeader(items())) }), /值格式错误/);
  });

  it('must not be sent twice', async () => {
    const headers = [
      ...Object.entries({
        ...COMMON,
        'Content-Type': 'application/json',
        'Wechatpay-Serial': platformSerial,
      }).flat(),
      ...['Authorization', authorizationHeader(items()), 'Authorization', authorizationHeader(items())],
      ...['Host', 'x', 'Content-Length', `${body.length}`],
    ];
    await expectRefused(exchange({ url: sandbox.url, method: 'POST', path, headers, body }), /值格式错误/);
  });
});

describe('the caller', () => {
  it('must be known', async () => {
    await expectRefused(
      send({ Authorization: authorizationHeader({ ...items(), mchid: '1999999999' }) }),
      /未申请过证书/,
    );
  });

  it('must name a certificate of its own', async () => {
    const signature = { ...items(), serial_no: 'A'.repeat(40) };
    await expectRefused(send({ Authorization: authorizationHeader(signature) }), /证书序列号有误/);
    const foreign = { ...items(other), mchid: merchant.mchid };
    await expectRefused(send({ Authorization: authorizationHeader(foreign) }), /证书序列号有误/);
    const lower = { ...items(), serial_no: merchant.serial.toLowerCase() };
    await expectRefused(send({ Authorization: authorizationHeader(lower) }), /证书序列号有误/);
  });

  it('may have several certificates, each within its time', async () => {
    const notBefore = new Date(START + 10_000);
    const notAfter = new Date(START + 20_000);
    const more = await issueCertificate({ ca: sandbox.ca, commonName: merchant.mchid, notBefore, notAfter });
    sandbox.addMerchantCertificate(merchant.mchid, more.certificatePem);
    expect(() => sandbox.addMerchantCertificate(other.mchid, more.certificatePem)).toThrow(/already belongs/);
    const second = { ...more, mchid: merchant.mchid };
    const signedAt = (timestamp: number) => ({
      Authorization: authorizationHeader(items(second, { timestamp })),
    });
    await expectRefused(send(signedAt(SECONDS)), /证书序列号有误/);
    now += 15_000;
    expect((await send(signedAt(SECONDS))).status).toBe(200);
    expect((await send({ Authorization: authorizationHeader(items()) })).status).toBe(200);
    now += 15_000;
    await expectRefused(send(signedAt(SECONDS)), /证书已过期/);
    sandbox.removeMerchantCertificate(merchant.mchid, more.serial);
    await expectRefused(send(signedAt(SECONDS)), /证书序列号有误/);
  });
});

describe('the timestamp', () => {
  it.each([-300, 0, 300])('may be %d s off', async (offset) => {
    const header = authorizationHeader(items(merchant, { timestamp: SECONDS + offset }));
    expect((await send({ Authorization: header })).status).toBe(200);
  });

  it.each([-301, 301])('may not be %d s off', async (offset) => {
    const header = authorizationHeader(items(merchant, { timestamp: SECONDS + offset }));
    await expectRefused(send({ Authorization: header }), /不得超过5分钟/);
  });

  it.each(['', `0${SECONDS}`, `${SECONDS}.5`, `${START}`, 'now'])('may not be "%s"', async (timestamp) => {
    await expectRefused(
      send({ Authorization: authorizationHeader({ ...items(), timestamp }) }),
      /值格式错误|5分钟/,
    );
  });
});

describe('the nonce', () => {
  it('is good for one request, on either host', async () => {
    const header = { Authorization: authorizationHeader(items(merchant, { nonce: 'once' })) };
    expect((await send(header)).status).toBe(200);
    await expectRefused(send(header), /nonce_str重复/);
    const headers = { ...COMMON, 'Content-Type': 'application/json', ...header };
    const again = exchange({ url: sandbox.backupUrl, method: 'POST', path, headers, body });
    await expectRefused(again, /nonce_str重复/);
  });

  it('is used up by its owner only', async () => {
    const forged = { ...items(merchant, { nonce: 'mine' }), signature: items(other).signature };
    await expectRefused(send({ Authorization: authorizationHeader(forged) }), /签名/);
    const theirs = items(other, { nonce: 'mine' });
    expect((await send({ Authorization: authorizationHeader(theirs) })).status).toBe(400);
    const mine = items(merchant, { nonce: 'mine' });
    expect((await send({ Authorization: authorizationHeader(mine) })).status).toBe(200);
  });

  it.each(['', 'a b', 'ñ', 'x'.repeat(129)])('may not be "%s"', async (nonce) => {
    await expectRefused(
      send({ Authorization: authorizationHeader({ ...items(), nonce_str: nonce }) }),
      /值格式错误/,
    );
  });
});

describe('the signature', () => {
  it('covers method, target with query, timestamp, nonce and every byte of the body', async () => {
    const good = items();
    const spoiled = [
      { signature: items(merchant, { method: 'PUT' }).signature },
      { signature: items(merchant, { path: `${path}?x=1` }).signature },
      { signature: items(merchant, { timestamp: SECONDS - 1, nonce: good.nonce_str }).signature },
      { nonce_str: `${good.nonce_str}x` },
      { signature: items(merchant, { body: Buffer.concat([body, Buffer.from(' ')]) }).signature },
      { signature: items(merchant, { body: Buffer.alloc(0), nonce: good.nonce_str }).signature },
    ];
    for (const change of spoiled) {
      await expectRefused(send({ Authorization: authorizationHeader({ ...good, ...change }) }), /验签失败/);
    }
    await expectRefused(send({ Authorization: authorizationHeader(good) }, `${path}?`), /验签失败/);
  });

  it('is by the key of the certificate named', async () => {
    const { signature, nonce_str } = items({ ...merchant, privateKey: other.privateKey });
    await expectRefused(
      send({ Authorization: authorizationHeader({ ...items(), signature, nonce_str }) }),
      /验签失败/,
    );
  });

  it.each([
    ['without its padding', (s: string) => s.replace(/=+$/, '')],
    ['in the URL alphabet', (s: string) => s.replaceAll('+', '-').replaceAll('/', '_')],
    ['empty', () => ''],
  ])('is not accepted %s', async (_, spoil) => {
    let good = items();
    // One signature in 50,000 is the same in both alphabets.
    while (!/[+/]/.test(good.signature)) good = items();
    const signature = spoil(good.signature);
    expect(signature).not.toBe(good.signature);
    await expectRefused(send({ Authorization: authorizationHeader({ ...good, signature }) }), /验签失败/);
  });

  it('is explained as the real server does when it does not match', async () => {
    const good = items(merchant, { nonce: 'N' });
    const bytes = Buffer.from('{"名字":1}');
    const answer = await send({ Authorization: authorizationHeader(good) }, `${path}?q=%E8%97%8F`, bytes);
    const message = `POST\n${path}?q=%E8%97%8F\n${SECONDS}\nN\n{"名字":1}\n`;
    expect(parse(answer).detail).toEqual({
      detail: { issue: 'sign not match' },
      field: 'signature',
      location: 'authorization',
      sign_information: {
        method: 'POST',
        url: `${path}?q=%E8%97%8F`,
        truncated_sign_message: `POST\n${path}?q=%E8%97%8F\n${SECONDS}\nN\n{"名字":1}\n`,
        sign_message_length: Buffer.byteLength(message),
      },
    });
  });

  it('makes every later refusal a signed one', async () => {
    const answer = await post(sandbox.url, merchant, { path, body: [], timestamp: SECONDS, platformSerial });
    expect([answer.status, parse(answer).code]).toEqual([400, 'PARAM_ERROR']);
    expect(answer.headers['wechatpay-serial']).toBe(platformSerial);
    expect(answer.headers['wechatpay-timestamp']).toBe(`${SECONDS}`);
    expect(holds(answer, sandbox.platform.publicKey(merchant.mchid).pem)).toBe(true);
  });
});

describe('setting up a merchant', () => {
  it('fails at once when something cannot be right', async () => {
    const apiV3Key = 'k'.repeat(32);
    const add = (more: object) =>
      sandbox.addMerchant({ mchid: '1900000999', apiV3Key, mode: 'certificate', ...more });
    await expect(add({ mchid: merchant.mchid })).rejects.toThrow(/exists/);
    await expect(add({ mchid: 'abc' })).rejects.toThrow(TypeError);
    await expect(add({ apiV3Key: 'short' })).rejects.toThrow(TypeError);
    expect(() => sandbox.platform.publicKey('1999999999')).toThrow(/no merchant/);
    await add({});
    expect(() => sandbox.platform.publicKey('1900000999')).toThrow(/no WeChat Pay public key/);
  });
});
