import { createCipheriv, generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { fault, type PresignError } from '../../../lib/errors.ts';
import { createCertificateDownload } from '../../../lib/wechatpay/certificates.ts';
import type { Call, Exchange, Merchant } from '../../../lib/wechatpay/exchange.ts';
import { type PlatformKeys, platformKeys } from '../../../lib/wechatpay/platform-keys.ts';
import { refusal } from '../../../lib/wechatpay/refusal.ts';
import { issueCertificate, sharedCa } from '../../../sandbox/pki.ts';
import type { Certificate } from '../../../sandbox/write-certificate.ts';
import { failureOf, responseOf, storedCertificate, storedPublicKey } from '../../support/protocol.ts';

const API_V3_KEY = Buffer.from('0123456789abcdefghijklmnopqrstuv');
const NOW = Date.parse('2026-06-15T00:00:00Z');
let current: Certificate;
let expiring: Certificate;
beforeAll(async () => {
  const ca = await sharedCa();
  const certificate = (notBefore: string, notAfter: string) =>
    issueCertificate({
      ca,
      commonName: 'Tenpay.com sign',
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
    });
  [current, expiring] = await Promise.all([
    certificate('2026-06-01', '2031-06-01'),
    certificate('2021-06-20', '2026-06-20'),
  ]);
});

type Sealing = { key?: Buffer; aad?: string };
const seal = (plaintext: string, { key = API_V3_KEY, aad = 'certificate' }: Sealing = {}) => {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(aad));
  const sealed = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  const ciphertext = Buffer.concat(sealed).toString('base64');
  return { algorithm: 'AEAD_AES_256_GCM', nonce, associated_data: 'certificate', ciphertext };
};
const entry = ({ serial, certificatePem, notBefore, notAfter }: Certificate, sealing?: Sealing) => ({
  serial_no: serial,
  effective_time: notBefore.toISOString(),
  expire_time: notAfter.toISOString(),
  encrypt_certificate: seal(certificatePem, sealing),
});

/** An exchange that gets this answer and, where it carries keys, looks into it as the real one does. */
const answering = (status: number, body: unknown) => {
  const calls: Call[] = [];
  const verifiable: PlatformKeys[] = [];
  const exchange: Exchange = async (merchant, call) => {
    calls.push(call);
    const response = responseOf(status, body);
    const refused = status === 200 ? undefined : refusal(response, call, NOW);
    if (refused && !call.expects?.(refused)) throw refused;
    verifiable.push((!refused && call.keysIn?.(response)) || merchant.keys());
    expect(await merchant.refreshKeys('AB')).toBe(merchant.keys());
    return response;
  };
  return { exchange, calls, verifiable };
};

const merchantWith = (keys: PlatformKeys = new Map()): Merchant => ({
  mchid: '1900000001',
  sign: async () => {
    throw new Error('the exchange signs');
  },
  keys: () => keys,
  refreshKeys: async () => {
    throw new Error('a refresh must not start another');
  },
});

const budget = { remainingMs: () => 1_000 };
const download = (
  exchange: Exchange,
  options: { keys?: PlatformKeys; apiV3Key?: Buffer; now?: number; unusable?: PresignError[] } = {},
) =>
  createCertificateDownload(exchange, () => options.now ?? NOW)(
    merchantWith(options.keys),
    options.apiV3Key ?? API_V3_KEY,
    budget,
    (error) => options.unusable?.push(error),
  );

describe('the download of certificates', () => {
  it('unseals each, and has the answer verified by what it carries or what was known', async () => {
    const known = platformKeys({ PUB_KEY_ID_1: storedPublicKey(current.publicKeyPem) });
    const { exchange, verifiable } = answering(200, { data: [entry(current), entry(expiring)] });
    const fetched_at = new Date(NOW).toISOString();
    expect(await download(exchange, { keys: known })).toEqual({
      [current.serial]: { ...storedCertificate(current), fetched_at },
      [expiring.serial]: { ...storedCertificate(expiring), fetched_at },
    });
    expect(verifiable.map((keys) => [...keys.keys()].sort())).toEqual([
      ['PUB_KEY_ID_1', current.serial, expiring.serial].sort(),
    ]);
  });

  it('asks for GET /v3/certificates, naming the key to sign the answer with when there is one', async () => {
    const known = platformKeys({ [current.serial]: storedCertificate(current) });
    const { exchange, calls } = answering(200, { data: [] });
    await download(exchange);
    await download(exchange, { keys: known });
    expect(calls).toMatchObject([
      { method: 'GET', path: '/v3/certificates', platformSerial: undefined, submitted: [] },
      { method: 'GET', path: '/v3/certificates', platformSerial: current.serial, submitted: [] },
    ]);
    expect(calls.map(({ body, remainingMs }) => [body.length, remainingMs()])).toEqual([
      [0, 1_000],
      [0, 1_000],
    ]);
  });

  it('goes by the serial in the certificate, not by the one written beside it', async () => {
    const { exchange } = answering(200, { data: [{ ...entry(current), serial_no: expiring.serial }] });
    expect(Object.keys(await download(exchange))).toEqual([current.serial]);
  });

  it('believes the list when it ends a certificate early or lets it begin late, never the other way round', async () => {
    const soon = { effective_time: '2026-06-14T08:00:00+08:00', expire_time: '2026-06-16T08:00:00+08:00' };
    const wide = { effective_time: '1999-01-01T00:00:00+08:00', expire_time: '2999-01-01T00:00:00+08:00' };
    const narrowed = answering(200, { data: [{ ...entry(current), ...soon }] });
    expect((await download(narrowed.exchange))[current.serial]).toMatchObject({
      not_before: '2026-06-14T00:00:00.000Z',
      not_after: '2026-06-16T00:00:00.000Z',
    });
    const widened = answering(200, { data: [{ ...entry(current), ...wide }] });
    expect((await download(widened.exchange))[current.serial]).toMatchObject({
      not_before: current.notBefore.toISOString(),
      not_after: current.notAfter.toISOString(),
    });
  });

  it('leaves expired certificates out', async () => {
    const { exchange } = answering(200, { data: [entry(current), entry(expiring)] });
    const end = expiring.notAfter.getTime();
    expect(Object.keys(await download(exchange, { now: end - 1 }))).toHaveLength(2);
    expect(Object.keys(await download(exchange, { now: end }))).toEqual([current.serial]);
  });

  it('does not believe a time that is no text', async () => {
    const { exchange } = answering(200, {
      data: [{ ...entry(current), expire_time: ['2026-06-16T08:00:00+08:00'] }],
    });
    expect((await download(exchange))[current.serial]).toMatchObject({
      not_after: current.notAfter.toISOString(),
    });
  });

  it('takes the documented sample with its stray space and its integer', async () => {
    const { effective_time, ...rest } = entry(current);
    const sample = { ...rest, 'effective_time ': effective_time, expire_time: 1_938_000_000 };
    const { exchange } = answering(200, { data: [sample] });
    expect(Object.keys(await download(exchange))).toEqual([current.serial]);
  });

  it('takes an answer without associated data as sealed without any', async () => {
    const encrypt_certificate = { ...seal(current.certificatePem, { aad: '' }), associated_data: undefined };
    const { exchange } = answering(200, { data: [{ ...entry(current), encrypt_certificate }] });
    expect(Object.keys(await download(exchange))).toEqual([current.serial]);
  });
});

describe('an answer that does not open', () => {
  const flip = (base64: string, index: number): string => {
    const bytes = Buffer.from(base64, 'base64');
    bytes[(index + bytes.length) % bytes.length] = (bytes.at(index) ?? 0) ^ 1;
    return bytes.toString('base64');
  };
  type Sealed = ReturnType<typeof seal>;

  it.each<[string, (sealed: Sealed) => Partial<Sealed>]>([
    ['a changed ciphertext', ({ ciphertext }) => ({ ciphertext: flip(ciphertext, 0) })],
    ['a changed tag', ({ ciphertext }) => ({ ciphertext: flip(ciphertext, -1) })],
    [
      'a tag cut short',
      ({ ciphertext }) => ({
        ciphertext: Buffer.from(ciphertext, 'base64').subarray(0, -1).toString('base64'),
      }),
    ],
    ['no ciphertext', () => ({ ciphertext: '' })],
    ['another nonce', () => ({ nonce: '000000000000' })],
    ['a ciphertext shorter than a tag', () => ({ ciphertext: 'AAAAAAAAAAA=' })],
    ['no nonce', () => ({ nonce: '' })],
    ['other associated data', () => ({ associated_data: 'transaction' })],
  ])('is left aside for %s; when none opens, the APIv3 key is wrong', async (_, change) => {
    const sealed = seal(current.certificatePem);
    const broken = { ...entry(current), encrypt_certificate: { ...sealed, ...change(sealed) } };
    const unusable: PresignError[] = [];
    const { exchange } = answering(200, { data: [broken, entry(expiring)] });
    expect(Object.keys(await download(exchange, { unusable }))).toEqual([expiring.serial]);
    expect(unusable).toMatchObject([{ reason: 'platform_key_unusable' }]);
    expect(unusable[0]?.cause).toHaveProperty('message');
    const none = answering(200, { data: [broken, broken] });
    expect(await failureOf(download(none.exchange))).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      reason: 'merchant_misconfigured',
      retryAfter: 60,
    });
  });

  it.each([Buffer.alloc(32), Buffer.alloc(31), Buffer.alloc(0)])(
    'nor does it with a key of %j',
    async (apiV3Key) => {
      const { exchange } = answering(200, { data: [entry(current)] });
      expect(await failureOf(download(exchange, { apiV3Key }))).toMatchObject({
        reason: 'merchant_misconfigured',
      });
    },
  );

  it.each([
    ['HTML', '<html></html>'],
    ['no list', {}],
    ['an entry that is none', { data: [{ serial_no: 'AB' }] }],
    [
      'another algorithm',
      { data: [{ serial_no: 'AB', encrypt_certificate: { algorithm: 'SM4', nonce: '', ciphertext: '' } }] },
    ],
  ])('is malformed when it is %s', async (_, body) => {
    const { exchange } = answering(200, body);
    expect(await failureOf(download(exchange))).toMatchObject({
      code: 'BAD_GATEWAY',
      reason: 'wechatpay_malformed',
    });
  });
});

describe('a certificate that is none of WeChat Pay’s kind', () => {
  const ofKey = async (publicKeyPem: string) =>
    (await issueCertificate({ ca: await sharedCa(), commonName: 'Tenpay.com sign', publicKeyPem }))
      .certificatePem;
  const pemOf = (publicKey: { export: (options: { format: 'pem'; type: 'spki' }) => string | Buffer }) =>
    publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const { publicKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { publicKey: rsa1024 } = generateKeyPairSync('rsa', { modulusLength: 1024 });

  it.each([
    ['an EC key', () => ofKey(pemOf(ec))],
    ['RSA with 1024 bits', () => ofKey(pemOf(rsa1024))],
    ['no PEM at all', async () => 'not a PEM'],
  ])('is left aside, and the others are taken: %s', async (_, make) => {
    const odd = { ...entry(current), encrypt_certificate: seal(await make()) };
    const unusable: PresignError[] = [];
    const { exchange, verifiable } = answering(200, { data: [odd, entry(current), odd] });
    expect(Object.keys(await download(exchange, { unusable }))).toEqual([current.serial]);
    expect(verifiable.map((keys) => [...keys.keys()])).toEqual([[current.serial]]);
    expect(unusable.map(({ reason }) => reason)).toEqual(['platform_key_unusable', 'platform_key_unusable']);
  });
});

const NONE = [
  [404, { code: 'RESOURCE_NOT_EXISTS', message: '无可用的平台证书' }],
  [404, { code: 'NOT_FOUND', message: 'm' }],
  [404, { code: 'ANYTHING_ELSE', message: 'm' }],
  [400, { code: 'RESOURCE_NOT_EXISTS', message: 'm' }],
  [403, { code: 'NOT_FOUND', message: 'm' }],
] as const;
const OTHERS = [
  [401, { code: 'SIGN_ERROR', message: 'm' }, 'signature_refused'],
  [400, { code: 'PARAM_ERROR', message: 'm' }, 'wechatpay_refused'],
  [403, { code: 'NO_AUTH', message: 'm' }, 'permission_missing'],
  [404, '<html></html>', 'wechatpay_malformed'],
  [429, { code: 'NOT_FOUND', message: 'm' }, 'wechatpay_rate_limited'],
  [500, { code: 'SYSTEM_ERROR', message: 'm' }, 'wechatpay_server_error'],
] as const;

describe('a merchant that has no certificates', () => {
  const publicKeyOnly = () => platformKeys({ PUB_KEY_ID_1: storedPublicKey(current.publicKeyPem) });
  const expired = () => platformKeys({ [expiring.serial]: storedCertificate(expiring) });

  it.each(NONE)('is told so, and need not verify it: %i %j', async (status, body) => {
    const now = expiring.notAfter.getTime();
    for (const keys of [new Map(), publicKeyOnly(), expired()]) {
      const { exchange, calls } = answering(status, body);
      expect(await download(exchange, { keys, now })).toEqual({});
      expect(calls[0]?.expects).toBeUndefined();
    }
  });

  it('and has the public key may be told so by 500, but not one that has no key at all', async () => {
    const { exchange } = answering(500, { code: 'SYSTEM_ERROR', message: 'm' });
    expect(await download(exchange, { keys: publicKeyOnly() })).toEqual({});
    expect(await failureOf(download(exchange))).toMatchObject({ reason: 'wechatpay_server_error' });
  });

  it.each(OTHERS)('is not what %i %j says', async (status, body, reason) => {
    for (const keys of status === 500 ? [new Map()] : [new Map(), publicKeyOnly()])
      expect(await failureOf(download(answering(status, body).exchange, { keys }))).toMatchObject({ reason });
  });
});

describe('a merchant that has certificates', () => {
  const keys = () =>
    platformKeys({
      PUB_KEY_ID_1: storedPublicKey(current.publicKeyPem),
      [current.serial]: storedCertificate(current),
    });

  it.each(NONE)('has %i %j verified like a list, as an answer that may be believed', async (status, body) => {
    const { exchange, verifiable } = answering(status, body);
    const known = keys();
    expect(await download(exchange, { keys: known })).toEqual({});
    expect(verifiable).toEqual([known]);
  });

  it.each(NONE)('fails when it does not verify: %i %j', async (status, body) => {
    const unverified: Exchange = async (_, call) => {
      const refused = refusal(responseOf(status, body), call, NOW);
      throw call.expects?.(refused) ? fault('BAD_GATEWAY', 'verification_headers_missing') : refused;
    };
    expect(await failureOf(download(unverified, { keys: keys() }))).toMatchObject({
      reason: 'verification_headers_missing',
    });
  });

  it.each(OTHERS)('is told nothing by %i %j', async (status, body, reason) => {
    expect(await failureOf(download(answering(status, body).exchange, { keys: keys() }))).toMatchObject({
      reason,
    });
  });
});
