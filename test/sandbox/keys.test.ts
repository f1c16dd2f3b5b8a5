import { createDecipheriv, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import {
  type Answered,
  API_V3_KEY,
  addTestMerchant,
  encryptFields,
  get,
  holds,
  parse,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { ETC } from '../support/sandbox/test-samples.ts';

const DAY = 24 * 60 * 60 * 1000;
const MCHID = '1900000109';

let offset: number;
let sandbox: WechatPaySandbox;
let merchant: TestMerchant;

const now = () => Date.now() + offset;
const timestamp = () => Math.floor(now() / 1000);

beforeEach(async () => {
  offset = 0;
  sandbox = await startWechatPay({ ...STRICT, clock: now });
  merchant = await addTestMerchant(sandbox, MCHID, 'certificate');
});
afterEach(() => sandbox.close());

const list = (platformSerial?: string, path = '/v3/certificates') =>
  get(sandbox.url, merchant, path, platformSerial, timestamp());

/** A complete pre-sign with this key, both to encrypt and to name. */
const presign = ({ id, pem }: { id: string; pem: string }) => {
  const body = encryptFields(ETC.body, ETC.sensitive, pem);
  return post(sandbox.url, merchant, { path: ETC.path, body, platformSerial: id, timestamp: timestamp() });
};

const asKey = ({ serial, certificatePem }: { serial: string; certificatePem: string }) => ({
  id: serial,
  pem: certificatePem,
});

const first = () => {
  const [certificate] = sandbox.platform.certificates;
  if (!certificate) throw new Error('no certificate');
  return asKey(certificate);
};

function open(entry: { encrypt_certificate: Record<string, string> }, apiV3Key = API_V3_KEY): string {
  const { nonce = '', associated_data = '', ciphertext = '' } = entry.encrypt_certificate;
  const sealed = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', apiV3Key, nonce);
  decipher.setAAD(Buffer.from(associated_data));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString();
}

const signedBy = (answer: Answered, key: { id: string; pem: string }) => {
  expect(answer.headers['wechatpay-serial']).toBe(key.id);
  expect(holds(answer, key.pem)).toBe(true);
};

describe('GET /v3/certificates', () => {
  it('hands out the certificate, encrypted for this merchant and signed with it', async () => {
    const answer = await list();
    expect(answer.status).toBe(200);
    signedBy(answer, first());
    const { data } = parse(answer);
    expect(data).toEqual([
      {
        serial_no: first().id,
        effective_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
        expire_time: expect.stringMatching(/\+08:00$/),
        encrypt_certificate: {
          algorithm: 'AEAD_AES_256_GCM',
          nonce: expect.stringMatching(/^[\x21-\x7e]{12}$/),
          associated_data: 'certificate',
          ciphertext: expect.any(String),
        },
      },
    ]);
    const certificate = new X509Certificate(open(data[0]));
    expect(certificate.serialNumber).toBe(first().id);
    expect(certificate.verify(new X509Certificate(sandbox.ca.certificatePem).publicKey)).toBe(true);
    expect(Date.parse(data[0].effective_time)).toBe(certificate.validFromDate.getTime());
    expect(Date.parse(data[0].expire_time)).toBe(certificate.validToDate.getTime());
    expect(sandbox.calls.at(-1)).toMatchObject({ status: 200, processed: true, mchid: MCHID });
    expect(sandbox.presigns).toEqual([]);
  });

  it('takes a query, as long as it is signed', async () => {
    expect((await list(undefined, '/v3/certificates?algorithm_type=RSA')).status).toBe(200);
  });

  it("encrypts with each merchant's own key, and with the new one after a change", async () => {
    sandbox.setApiV3Key(MCHID, 'z'.repeat(32));
    const { data } = parse(await list());
    expect(() => open(data[0])).toThrow();
    expect(open(data[0], 'z'.repeat(32))).toContain('BEGIN CERTIFICATE');
  });

  it.each([
    ['RESOURCE_NOT_EXISTS', 404],
    ['NOT_FOUND', 404],
    ['SYSTEM_ERROR', 500],
  ] as const)('may answer %s to a merchant that has none', async (code, status) => {
    await sandbox.setMode(MCHID, 'public-key');
    sandbox.setNoCertificateAnswer(MCHID, code);
    const answer = await list();
    expect([answer.status, parse(answer).code]).toEqual([status, code]);
    signedBy(answer, sandbox.platform.publicKey(MCHID));
    expect(sandbox.calls.at(-1)).toMatchObject({ status, code, processed: false });
  });

  it('answers RESOURCE_NOT_EXISTS by default, also when there is nothing left to sign with', async () => {
    sandbox.platform.retireCertificate(first().id);
    const answer = await list();
    expect([answer.status, parse(answer).code]).toEqual([404, 'RESOURCE_NOT_EXISTS']);
    expect(parse(answer).message).toMatch(/^无可用的平台证书/);
    expect(answer.headers).not.toHaveProperty('wechatpay-signature');
  });
});

describe('rotation', () => {
  it('publishes the next certificate before it is valid and signs with it afterwards', async () => {
    const old = first();
    const next = asKey(await sandbox.platform.rotateCertificate({ notBefore: new Date(now() + DAY) }));
    const answer = await list();
    expect(parse(answer).data.map(({ serial_no }: { serial_no: string }) => serial_no)).toEqual([
      old.id,
      next.id,
    ]);
    signedBy(answer, old);
    expect((await presign(next)).status).toBe(400);
    offset = 2 * DAY;
    signedBy(await list(), next);
    signedBy(await list(old.id), old);
    expect((await presign(next)).status).toBe(200);
    expect((await presign(old)).status).toBe(200);
  });

  it('drops what has expired', async () => {
    const brief = asKey(await sandbox.platform.rotateCertificate({ notAfter: new Date(now() + DAY) }));
    signedBy(await list(), brief);
    expect((await presign(brief)).status).toBe(200);
    offset = 2 * DAY;
    expect(sandbox.platform.certificates).toHaveLength(1);
    expect(parse(await list()).data).toHaveLength(1);
    const answer = await presign(brief);
    expect([answer.status, parse(answer).message]).toEqual([400, '平台证书序列号Wechatpay-Serial错误']);
    signedBy(answer, first());
  });

  it('can take a certificate back', async () => {
    const old = first();
    const next = asKey(await sandbox.platform.rotateCertificate());
    sandbox.platform.retireCertificate(old.id);
    expect(sandbox.platform.certificates.map(({ serial }) => serial)).toEqual([next.id]);
    expect((await presign(old)).status).toBe(400);
    signedBy(await list(old.id), next);
    expect(() => sandbox.platform.retireCertificate(old.id)).toThrow(/no platform certificate/);
  });
});

describe('migration from certificates to the public key and back', () => {
  it('knows no public key before it is switched on', async () => {
    await sandbox.setMode(MCHID, 'both');
    const key = sandbox.platform.publicKey(MCHID);
    expect(key.id).toMatch(/^PUB_KEY_ID_\d{28}$/);
    await sandbox.setMode(MCHID, 'certificate');
    signedBy(await list(key.id), first());
    const answer = await presign(key);
    expect(answer.status).toBe(400);
    signedBy(answer, first());
  });

  it('lets the request choose in between, the certificate being the default', async () => {
    await sandbox.setMode(MCHID, 'both');
    const key = sandbox.platform.publicKey(MCHID);
    for (const chosen of [key, first()]) {
      const answer = await presign(chosen);
      expect(answer.status).toBe(200);
      signedBy(answer, chosen);
      signedBy(await list(chosen.id), chosen);
    }
    signedBy(await list(), first());
    signedBy(await list('PUB_KEY_ID_0114232134912410000000000000'), first());
  });

  it('does not mix the two in one call', async () => {
    await sandbox.setMode(MCHID, 'both');
    const key = sandbox.platform.publicKey(MCHID);
    for (const mixed of [
      { id: key.id, pem: first().pem },
      { id: first().id, pem: key.pem },
    ]) {
      const answer = await presign(mixed);
      expect([answer.status, parse(answer).message]).toEqual([400, '请确认待处理的消息是否为加密后的密文']);
    }
  });

  it('ends with the public key alone, the same one as before', async () => {
    await sandbox.setMode(MCHID, 'both');
    const key = sandbox.platform.publicKey(MCHID);
    await sandbox.setMode(MCHID, 'public-key');
    expect(sandbox.platform.publicKey(MCHID)).toEqual(key);
    expect((await presign(first())).status).toBe(400);
    const answer = await presign(key);
    expect(answer.status).toBe(200);
    signedBy(answer, key);
    expect((await list()).status).toBe(404);
    await sandbox.setMode(MCHID, 'certificate');
    expect((await list()).status).toBe(200);
  });
});
