import '../../sandbox/reflect-shim.ts';
import {
  createPublicKey,
  generateKeyPairSync,
  type KeyPairKeyObjectResult,
  X509Certificate,
} from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGLISH } from '../../sandbox/refusal-texts.en.ts';
import { CHINESE } from '../../sandbox/refusal-texts.zh-cn.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import { get } from '../support/sandbox/test-client.ts';

const MCHID = '1900000009';
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

let sandbox: WechatPaySandbox;
let keys: KeyPairKeyObjectResult;
beforeAll(async () => {
  sandbox = await startWechatPay(STRICT);
  keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
});
afterAll(() => sandbox.close());

const ask = (method: string, path: string, body: string | Buffer = '', headers: OutgoingHttpHeaders = {}) =>
  askControl(sandbox.url, method, path, body, headers);

/** A request as openssl would make it, by an implementation that is not the tool's. */
const requestFor = async (name: string, { privateKey, publicKey } = keys): Promise<string> => {
  const x509 = await import('@peculiar/x509');
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${name}`,
    keys: {
      privateKey: privateKey.toCryptoKey(RSA, true, ['sign']),
      publicKey: publicKey.toCryptoKey(RSA, true, ['verify']),
    },
    signingAlgorithm: RSA,
  });
  return request.toString('pem');
};

const merchant = (mchid: string) => `merchants/${mchid}`;

describe('the merchant platform', () => {
  it('issues a certificate that WeChat Pay knows from then on, and hands out the public key that answers verify with', async () => {
    const { status, text } = await ask('POST', `${merchant(MCHID)}/certificates`, await requestFor(MCHID));
    expect(status).toBe(200);
    const certificate = new X509Certificate(text);
    expect(certificate.checkPrivateKey(keys.privateKey)).toBe(true);
    expect(certificate.subject).toContain(`CN=${MCHID}`);
    const id = (await ask('GET', `${merchant(MCHID)}/public-key-id`)).text;
    const pem = (await ask('GET', `${merchant(MCHID)}/public-key`)).text;
    expect(createPublicKey(pem).asymmetricKeyDetails?.modulusLength).toBe(2048);
    const privateKeyPem = '';
    const signer = {
      mchid: MCHID,
      serial: certificate.serialNumber,
      privateKey: keys.privateKey,
      privateKeyPem,
    };
    const answer = await get(sandbox.url, signer, '/v3/certificates', id);
    expect([answer.status, answer.headers['wechatpay-serial']]).toEqual([200, id]);

    const { serialNumber } = certificate;
    const revoke = (serial: string) => ask('DELETE', `${merchant(MCHID)}/certificates/${serial}`);
    const unknown = (inForce: string) => ({
      status: 404,
      text: `${MCHID} has no certificate with this serial. In force: ${inForce}.\n`,
    });
    // Copied from a page without a thought; and as OpenSSL prints it.
    expect(await revoke('SERIAL')).toEqual(unknown(serialNumber));
    expect(await revoke(serialNumber.toLowerCase())).toEqual({ status: 204, text: '' });
    expect((await get(sandbox.url, signer, '/v3/certificates', id)).status).toBe(401);
    expect(await revoke(serialNumber)).toEqual(unknown('–'));
  });

  it('issues no fourth certificate while three are in force, however many ask at once', async () => {
    const path = `${merchant('1900000010')}/certificates`;
    const request = await requestFor('1900000010');
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => ask('POST', path, request)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 409, 409]);
    const refusal = answers.find(({ status }) => status === 409)?.text ?? '';
    const [first = ''] = /[0-9A-F]{40}/.exec(refusal) ?? [];
    await ask('DELETE', `${path}/${first}`);
    expect((await ask('POST', path, request)).status).toBe(200);
  });

  it('takes an APIv3 key of 32 digits and letters, and no other', async () => {
    const path = `${merchant('1900000011')}/api-v3-key`;
    expect(await ask('PUT', path, 'a'.repeat(32))).toMatchObject({ status: 404 });
    await ask('POST', `${merchant('1900000011')}/certificates`, await requestFor('1900000011'));
    for (const key of ['short', 'a'.repeat(33), `${'a'.repeat(31)} `, `${'a'.repeat(31)}-`])
      expect(await ask('PUT', path, key)).toMatchObject({
        status: 400,
        text: expect.stringContaining('32 characters'),
      });
    expect(await ask('PUT', path, `${'a'.repeat(32)}\n`)).toEqual({ status: 204, text: '' });
  });

  it.each<[string, () => Promise<string>, string]>([
    ['another merchant’s request', () => requestFor('1900000099'), 'The common name'],
    [
      'a key of 3072 bits',
      () => requestFor('1900000012', generateKeyPairSync('rsa', { modulusLength: 3072 })),
      '2048 bits',
    ],
    ['a certificate', async () => sandbox.ca.certificatePem, 'no certificate request'],
    ['nothing', async () => '', 'no certificate request'],
    [
      'a request cut in two',
      async () => (await requestFor('1900000012')).slice(0, 300),
      'no certificate request',
    ],
    [
      'a request whose key was exchanged',
      async () => {
        const [mine, other] = [keys, generateKeyPairSync('rsa', { modulusLength: 2048 })];
        return requestFor('1900000012', { privateKey: mine.privateKey, publicKey: other.publicKey });
      },
      'signature',
    ],
  ])('refuses %s, with a sentence, and makes nobody a merchant', async (_, make, sentence) => {
    const path = merchant('1900000012');
    const answer = await ask('POST', `${path}/certificates`, await make());
    expect(answer).toEqual({ status: 400, text: expect.stringContaining(sentence) });
    expect(await ask('GET', `${path}/public-key`)).toEqual({
      status: 404,
      text: expect.stringContaining('no merchant 1900000012'),
    });
  });
});

describe('faults', () => {
  const made = async () => {
    const { text } = await ask(
      'POST',
      `${merchant('1900000013')}/certificates`,
      await requestFor('1900000013'),
    );
    const serial = new X509Certificate(text).serialNumber;
    return { mchid: '1900000013', serial, privateKey: keys.privateKey, privateKeyPem: '' };
  };

  it('meet every call until they are taken away, and none of these here', async () => {
    const signer = await made();
    expect(await ask('PUT', 'faults', 'system-error')).toEqual({ status: 204, text: '' });
    for (const _ of [1, 2]) expect((await get(sandbox.url, signer, '/v3/certificates')).status).toBe(500);
    await ask('PUT', 'faults', 'unavailable');
    expect((await get(sandbox.url, signer, '/v3/certificates')).status).toBe(503);
    expect(await ask('PUT', 'faults', 'nonsense')).toMatchObject({ status: 400 });
    expect(await ask('DELETE', 'faults')).toEqual({ status: 204, text: '' });
    expect((await get(sandbox.url, signer, '/v3/certificates')).status).toBe(200);
  });
});

describe('a refusal', () => {
  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', '请填写以下之一：'],
    ['fr, ZH', '请填写以下之一：'],
    ['en-GB,zh;q=0.5', 'Give one of these words: '],
    ['fr', 'Give one of these words: '],
    ['', 'Give one of these words: '],
  ])('is in the language of who reads %j', async (language, beginning) => {
    const refused = await ask('PUT', 'faults', 'nonsense', { 'Accept-Language': language });
    expect(refused.text.startsWith(`${beginning}latency, rate-limit`)).toBe(true);
  });

  it('names the same in both languages', () => {
    const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    const namesIn = (texts: object) =>
      Object.entries(texts).map(([code, text]: [string, string]) => [code, ...placeholders(text)]);
    expect(namesIn(CHINESE)).toEqual(namesIn(ENGLISH));
  });
});

describe('the way in', () => {
  it.each<[string, OutgoingHttpHeaders]>([
    ['a page of another origin', { Origin: 'https://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a name that somebody lets point here', { Host: 'evil.example' }],
    ['an image on a page elsewhere', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a page on another port of this machine', { 'Sec-Fetch-Site': 'same-site' }],
  ])('is closed to %s', async (_, headers) => {
    expect(await ask('PUT', 'faults', 'hang', headers)).toMatchObject({ status: 403 });
    expect(sandbox.pendingFaults()).toBe(0);
  });

  it('is open to a program, and to a page of the stand-in itself', async () => {
    const host = `localhost:${new URL(sandbox.url).port}`;
    const page = { Host: host, Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' };
    for (const headers of [{}, page])
      expect(await ask('DELETE', 'faults', '', headers)).toMatchObject({ status: 204 });
  });

  it.each([
    ['PATCH', 'faults'],
    ['GET', ''],
    ['POST', 'certificates'],
    ['GET', 'merchants/1/public-key'],
    ['GET', 'merchants/1900000009/constructor'],
    ['PUT', 'merchants/1900000009/faults'],
    ['GET', 'MCHID/public-key'],
  ])('says of %s %s that there is nothing', async (method, path) => {
    expect(await ask(method, path)).toMatchObject({ status: 404, text: expect.stringMatching(/\.\n$/) });
  });

  it('takes no more than a request can have, and is no call that WeChat Pay has got', async () => {
    sandbox.clearCalls();
    const path = `${merchant('1900000014')}/certificates`;
    expect(await ask('POST', path, Buffer.alloc(1_000_000))).toMatchObject({ status: 413 });
    expect(sandbox.calls).toEqual([]);
  });
});
