import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import {
  addTestMerchant,
  authorizationHeader,
  authorizationItems,
  COMMON,
  encryptFields,
  exchange,
  get,
  holds,
  parse,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { ETC } from '../support/sandbox/test-samples.ts';

const DAY = 24 * 60 * 60 * 1000;
const { path } = ETC;

let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
beforeAll(async () => {
  sandbox = await startWechatPay({ keep: 3 });
  merchant = await addTestMerchant(sandbox, '1900000109', 'certificate');
});
afterAll(() => sandbox.close());

const keys = () => sandbox.platform.certificates.map(({ serial: id, certificatePem: pem }) => ({ id, pem }));
const firstKey = () => {
  const [key] = keys();
  if (!key) throw new Error('no certificate');
  return key;
};
const encrypted = (pem = firstKey().pem) => encryptFields(ETC.body, ETC.sensitive, pem);

describe('what the real server is not known to refuse', () => {
  it('is a request sent twice with one Authorization, as OkHttp and the official Java SDK send it', async () => {
    const body = Buffer.from(JSON.stringify(encrypted()));
    const headers = {
      ...COMMON,
      'Content-Type': 'application/json',
      'Wechatpay-Serial': firstKey().id,
      Authorization: authorizationHeader(authorizationItems(merchant, { path, body })),
    };
    const send = (url: string) => exchange({ url, method: 'POST', path, headers, body });
    const answers = [await send(sandbox.url), await send(sandbox.backupUrl)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(answers.map(({ body: bytes }) => bytes.toString())).size).toBe(1);
  });

  it('is a serial in lower case, of the merchant’s certificate and of WeChat Pay’s', async () => {
    const lower = { ...merchant, serial: merchant.serial.toLowerCase() };
    expect(lower.serial).not.toBe(merchant.serial);
    const platformSerial = firstKey().id.toLowerCase();
    const answer = await post(sandbox.url, lower, { path, body: encrypted(), platformSerial });
    expect([answer.status, answer.headers['wechatpay-serial']]).toEqual([200, firstKey().id]);
    expect(sandbox.calls.at(-1)).toMatchObject({ serial: merchant.serial, processed: true });
  });

  it('is to encrypt with the newest certificate that is listed; what is valid signs', async () => {
    const valid = firstKey();
    const next = await sandbox.platform.rotateCertificate({ notBefore: new Date(Date.now() + DAY) });
    const body = encrypted(next.certificatePem);
    const answer = await post(sandbox.url, merchant, { path, body, platformSerial: next.serial });
    expect([answer.status, answer.headers['wechatpay-serial']]).toEqual([200, valid.id]);
    expect(holds(answer, valid.pem)).toBe(true);
    sandbox.platform.retireCertificate(next.serial);
  });
});

describe('memory', () => {
  it('holds the latest calls, pre-signs and notifications, and no more', async () => {
    const { id: platformSerial } = firstKey();
    const send = () => post(sandbox.url, merchant, { path, body: encrypted(), platformSerial });
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) ids.push(parse(await send()).preopen_id);
    expect(sandbox.presigns.map(({ id }) => id)).toEqual(ids.slice(2));
    const numbers = sandbox.calls.map(({ n }) => n);
    expect(numbers).toEqual([0, 1, 2].map((more) => (numbers[0] ?? 0) + more));
    expect(numbers[0]).toBeGreaterThan(3);
    sandbox.setNotifyUrl(merchant.mchid, 'http://127.0.0.1:9/nobody');
    for (let round = 0; round < 5; round += 1)
      sandbox.notify(merchant.mchid, { eventType: `N${round}`, resource: {} });
    expect(sandbox.notifications.map(({ eventType }) => eventType)).toEqual(['N2', 'N3', 'N4']);
  });

  it('answers a request again after it has been forgotten, as a new one', async () => {
    const { id: platformSerial } = firstKey();
    const body = Buffer.from(JSON.stringify(encrypted()));
    const send = (bytes: unknown = body) =>
      post(sandbox.url, merchant, { path, body: bytes, platformSerial });
    const first = parse(await send());
    expect(parse(await send())).toEqual(first);
    for (let round = 0; round < 3; round += 1) await send(encrypted());
    expect(parse(await send())).not.toEqual(first);
  });
});

describe('a path that is not played', () => {
  const other = '/v3/pay/transactions/jsapi?a=%20b';

  it('is judged like the rest, and answered 404 with a signature', async () => {
    const unsigned = {
      url: sandbox.url,
      method: 'POST',
      path: other,
      headers: COMMON,
      body: Buffer.from('{}'),
    };
    expect((await exchange(unsigned)).status).toBe(401);
    expect((await exchange({ ...unsigned, headers: { Accept: '*/*' } })).status).toBe(400);
    const body = { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' };
    const wrongKey = await post(sandbox.url, merchant, { path: other, body, platformSerial: 'A'.repeat(40) });
    expect([wrongKey.status, parse(wrongKey).code]).toEqual([400, 'PARAM_ERROR']);
    const answers = [
      await post(sandbox.url, merchant, { path: other, body, platformSerial: firstKey().id }),
      await get(sandbox.url, merchant, other),
    ];
    for (const answer of answers) {
      expect([answer.status, parse(answer).code]).toEqual([404, 'RESOURCE_NOT_EXISTS']);
      expect(holds(answer, firstKey().pem)).toBe(true);
    }
  });

  it('may be an upload, of which the part `meta` alone is signed', async () => {
    const upload = '/v3/merchant/media/upload';
    const meta = Buffer.from('{"filename":"图.png","sha256":"0"}');
    const part = (head: string, content: Buffer) =>
      Buffer.concat([
        Buffer.from(`--b0\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
        content,
        Buffer.from('\r\n'),
      ]);
    const file = part('name="file"; filename="meta"', Buffer.from([0xff, 0x0d, 0x0a, 0x0d, 0x0a, 0x00]));
    const end = Buffer.from('--b0--\r\n');
    const send = async (body: Buffer, signed: Buffer) => {
      const Authorization = authorizationHeader(authorizationItems(merchant, { path: upload, body: signed }));
      const headers = { ...COMMON, 'Content-Type': 'multipart/form-data; boundary=b0', Authorization };
      const answer = await exchange({ url: sandbox.url, method: 'POST', path: upload, headers, body });
      return [answer.status, ...(sandbox.calls.at(-1)?.findings ?? []).map(({ code }) => code)];
    };
    for (const body of [
      Buffer.concat([part('name="meta"', meta), file, end]),
      Buffer.concat([file, part('name="meta"', meta), end]),
    ]) {
      expect(await send(body, meta)).toEqual([404, 'path.not_played']);
      expect(await send(body, body)).toEqual([401, 'path.not_played', 'message.other']);
    }
    expect(await send(Buffer.concat([file, end]), meta)).toEqual([401, 'path.not_played', 'message.other']);
  });

  it('can be answered 200, and then tells nothing of what it was told', async () => {
    const echo = await startWechatPay({ echo: true });
    const mine = await addTestMerchant(echo, '1900000109', 'public-key');
    const { id: platformSerial, pem } = echo.platform.publicKey(mine.mchid);
    const body = { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' };
    const answer = await post(echo.url, mine, { path: other, body, platformSerial });
    expect([answer.status, holds(answer, pem)]).toEqual([200, true]);
    expect(parse(answer)).toEqual({ method: 'POST', body_bytes: JSON.stringify(body).length });
    expect((await post(echo.url, { ...mine, serial: 'A' }, { path: other, body })).status).toBe(401);
    await echo.close();
  });
});

it.each([
  ['RSA', 200],
  ['ALL', 200],
  ['SM2', 404],
  ['MD5', 400],
])('GET /v3/certificates with algorithm_type=%s is %i', async (type, status) => {
  const answer = await get(sandbox.url, merchant, `/v3/certificates?algorithm_type=${type}`);
  expect([answer.status, holds(answer, firstKey().pem)]).toEqual([status, true]);
});
