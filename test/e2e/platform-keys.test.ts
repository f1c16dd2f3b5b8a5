import { constants, publicEncrypt } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { MerchantRecord } from '../../lib/merchants/record.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { coldLambda } from '../support/lambda.ts';
import {
  attempts,
  bodyFor,
  captureLogs,
  downloads,
  eventually,
  expectError,
  expectSameBytesSignedAnew,
  type Logs,
  loadEndpoints,
} from '../support/world.ts';

const DAY = 86_400_000;
/** Time stands still but for `later`: it must not matter how long the machine takes. */
const BEGUN = Date.now();

let stack: Stack;
let etc: Endpoint;
let logs: Logs;
let later = 0;
let merchants = 1_900_000_000;

/** A stack for each test: rotations and modes last. */
beforeEach(async () => {
  later = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => BEGUN + later);
  stack = await startStack({ clock: () => BEGUN + later });
  logs = captureLogs();
});
beforeAll(async () => {
  ({ etc } = await loadEndpoints());
});
afterEach(async () => {
  logs.stop();
  jest.restoreAllMocks();
  await stack.close();
});

const add = async (options: Omit<Parameters<Stack['addMerchant']>[0], 'mchid'> = {}) => {
  merchants += 1;
  const record = await stack.addMerchant({ mchid: String(merchants), ...options });
  stack.clear();
  return record;
};
const lambdaFor = ({ mchid }: MerchantRecord) => coldLambda(etc, stack.env(mchid));
const stored = async ({ mchid }: MerchantRecord) => {
  const record = await stack.registry.read(mchid);
  return { ids: Object.keys(record?.platform_keys ?? {}), version: record?.version };
};
const serials = () => stack.wechatpay.platform.certificates.map(({ serial }) => serial);

/** As a caller with an SDK does it: encrypted under a key of its own choice. */
const encryptedBody = (pem: string) => {
  const encrypt = (text: string) =>
    publicEncrypt(
      { key: pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
      Buffer.from(text),
    ).toString('base64');
  return bodyFor(etc, {
    identify: {
      encrypted_real_name: encrypt('张三'),
      encrypted_credential_id: encrypt('11010119900307757X'),
      credential_type: 'ID_CARD',
    },
    bank_card_no: encrypt('6222021234567890128'),
  });
};

describe('a registry without platform keys', () => {
  it('is filled by the first pre-sign, once and for all Lambdas', async () => {
    const merchant = await add({ seeded: false });
    expect((await lambdaFor(merchant).post(bodyFor(etc))).status).toBe(200);
    expect(downloads(stack)).toHaveLength(1);
    expect(await stored(merchant)).toEqual({ ids: serials(), version: 2 });

    stack.clear();
    expect((await lambdaFor(merchant).post(bodyFor(etc))).status).toBe(200);
    expect(downloads(stack)).toHaveLength(0);
    expect(await stored(merchant)).toEqual({ ids: serials(), version: 2 });
    // The APIv3 key is needed for the download alone.
    expect(stack.kms.calls.map(({ operation }) => operation)).toEqual(['Sign']);
  });

  it('10 pre-signs at once in one cold Lambda cause one download', async () => {
    const merchant = await add({ seeded: false });
    const lambda = lambdaFor(merchant);
    const answers = await Promise.all(Array.from({ length: 10 }, () => lambda.post(bodyFor(etc))));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(downloads(stack)).toHaveLength(1);
    expect(stack.wechatpay.presigns).toHaveLength(10);
  });

  it('several cold Lambdas at once: all succeed and the registry ends up right', async () => {
    const merchant = await add({ seeded: false });
    const lambdas = Array.from({ length: 5 }, () => lambdaFor(merchant));
    const answers = await Promise.all(lambdas.map((lambda) => lambda.post(bodyFor(etc))));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(await stored(merchant)).toEqual({ ids: serials(), version: 2 });
  });

  it('with many Lambdas and keys in the registry, nobody downloads', async () => {
    const merchant = await add();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => lambdaFor(merchant).post(bodyFor(etc))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(downloads(stack)).toHaveLength(0);
  });

  it('an APIv3 key that WeChat Pay does not use is a misconfiguration', async () => {
    const merchant = await add({ seeded: false });
    stack.wechatpay.setApiV3Key(merchant.mchid, 'another-key'.padEnd(32, 'x'));
    const answer = await lambdaFor(merchant).post(bodyFor(etc));
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '60' });
    expect(attempts(stack)).toHaveLength(0);
    expect(logs.lines.map(({ reason }) => reason)).toContain('merchant_misconfigured');
    expect((await stored(merchant)).ids).toEqual([]);
  });

  it('an APIv3 key that KMS will not decrypt stops it too', async () => {
    const merchant = await add({ seeded: false });
    stack.kms.setPolicy(({ operation }) => operation !== 'Decrypt');
    const answer = await lambdaFor(merchant).post(bodyFor(etc));
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(logs.lines.map(({ reason }) => reason)).toContain('kms_access_denied');
    expect(stack.wechatpay.calls).toHaveLength(0);
  });

  it('a registry that cannot be written does not stop the pre-sign', async () => {
    const merchant = await add({ seeded: false });
    // The look at the cold start, the look before a download; then the write.
    const lambda = lambdaFor(merchant);
    stack.wechatpay.fault({ kind: 'latency', ms: 300 }, { match: ({ method }) => method === 'GET' });
    const pending = lambda.post(bodyFor(etc));
    await eventually(() => downloads(stack).length > 0);
    stack.dynamo.fault('denied');
    expect((await pending).status).toBe(200);
    expect(logs.refreshFailures()).toEqual(['registry_unavailable']);
    expect((await stored(merchant)).ids).toEqual([]);
  });

  it.each([
    ['RESOURCE_NOT_EXISTS', 'platform_key_missing'],
    ['NOT_FOUND', 'platform_key_missing'],
    ['SYSTEM_ERROR', 'wechatpay_server_error'],
  ] as const)(
    'and a merchant without any certificate (%s): nothing to encrypt with',
    async (code, reason) => {
      const merchant = await add({ seeded: false });
      await stack.wechatpay.setMode(merchant.mchid, 'public-key');
      stack.wechatpay.setNoCertificateAnswer(merchant.mchid, code);
      const answer = await lambdaFor(merchant).post(bodyFor(etc));
      expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '60' });
      expect(logs.reason()).toBe(reason);
      expect(attempts(stack)).toHaveLength(0);
    },
  );

  const spoiled = [
    'bad-signature',
    'signtest',
    'unknown-serial',
    'stale-timestamp',
    'missing-headers',
  ] as const;
  it.each(spoiled)('a download that does not verify (%s) is used for nothing', async (kind) => {
    const merchant = await add({ seeded: false });
    const onDownloads = { times: Number.POSITIVE_INFINITY, match: ({ method = '' }) => method === 'GET' };
    stack.wechatpay.fault({ kind }, onDownloads);
    const answer = await lambdaFor(merchant).post(bodyFor(etc));
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '60' });
    expect(attempts(stack)).toHaveLength(0);
    expect((await stored(merchant)).ids).toEqual([]);
    expect(logs.lines.map(({ reason }) => String(reason)).join()).toContain('verification_');
  });

  it.each([{ kind: 'system-error' }, { kind: 'reset' }, { kind: 'signtest' }] as const)(
    'a download that stumbles once ($kind) is repeated',
    async (fault) => {
      const merchant = await add({ seeded: false });
      stack.wechatpay.fault(fault, { match: ({ method }) => method === 'GET' });
      expect((await lambdaFor(merchant).post(bodyFor(etc))).status).toBe(200);
      expect(downloads(stack)).toHaveLength(2);
    },
  );
});

describe('rotation of the platform certificate', () => {
  it('an answer under a serial not known here costs one refresh and is verified', async () => {
    const merchant = await add();
    const lambda = lambdaFor(merchant);
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    const { serial, certificatePem } = await stack.wechatpay.platform.rotateCertificate();
    stack.clear();

    // A caller that knows the new certificate names it, and so WeChat Pay signs with it.
    const headers = { 'Wechatpay-Serial': serial };
    const answer = await lambda.post(encryptedBody(certificatePem), { headers });
    expect(answer.status).toBe(200);
    expect(attempts(stack)).toHaveLength(1);
    expect(downloads(stack)).toHaveLength(1);
    expect((await stored(merchant)).ids.sort()).toEqual(serials().sort());

    // From now on we encrypt with the newest, too.
    stack.clear();
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    expect(attempts(stack)).toMatchObject([{ platformSerial: serial }]);
    expect(downloads(stack)).toHaveLength(0);
  });

  it('10 such answers at once cost one download', async () => {
    const merchant = await add();
    const lambda = lambdaFor(merchant);
    await lambda.post(bodyFor(etc));
    const { serial, certificatePem } = await stack.wechatpay.platform.rotateCertificate();
    const headers = { 'Wechatpay-Serial': serial };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => lambda.post(encryptedBody(certificatePem), { headers })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(downloads(stack)).toHaveLength(1);
  });

  it('a Lambda that has missed it goes on with the old one while that is valid', async () => {
    const merchant = await add();
    const lambda = lambdaFor(merchant);
    await lambda.post(bodyFor(etc));
    const [old] = serials();
    await stack.wechatpay.platform.rotateCertificate();
    stack.clear();
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    expect(attempts(stack)).toMatchObject([{ platformSerial: old }]);
  });

  it('a certificate not valid yet verifies nothing and encrypts nothing until its time has come', async () => {
    const merchant = await add();
    const notBefore = new Date(BEGUN + DAY);
    const { serial } = await stack.wechatpay.platform.rotateCertificate({ notBefore });
    const record = await stack.registry.read(merchant.mchid);
    const [old] = serials();
    const future = stack.wechatpay.platform.certificates.find((one) => one.serial === serial);
    const key = {
      kind: 'CERTIFICATE',
      pem: future?.certificatePem ?? '',
      not_before: notBefore.toISOString(),
      fetched_at: new Date().toISOString(),
    } as const;
    await stack.registry.update(record ?? merchant, {
      platform_keys: { ...record?.platform_keys, [serial]: key },
    });
    const lambda = lambdaFor(merchant);
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    later = DAY + 60_000;
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    expect(attempts(stack).map(({ platformSerial }) => platformSerial)).toEqual([old, serial]);
  });

  it('when all that is known has expired, new ones are fetched before the pre-sign', async () => {
    const merchant = await add({ seeded: false });
    const [first = ''] = serials();
    const notAfter = new Date(BEGUN + DAY);
    const short = await stack.wechatpay.platform.rotateCertificate({ notAfter });
    stack.wechatpay.platform.retireCertificate(first);
    const lambda = lambdaFor(merchant);
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    later = 2 * DAY;
    const next = await stack.wechatpay.platform.rotateCertificate();
    stack.clear();
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    expect(attempts(stack)).toMatchObject([{ platformSerial: next.serial }]);
    expect(downloads(stack)).toHaveLength(1);
    expect((await stored(merchant)).ids).toEqual([next.serial]);
    expect(short.serial).not.toBe(next.serial);
  });
});

describe('migration from certificates to the public key', () => {
  it('every step of it works, with the same map for both', async () => {
    const merchant = await add();
    const { mchid } = merchant;
    const [certificate] = stack.wechatpay.platform.certificates;
    const presign = async (lambda: ReturnType<typeof lambdaFor>) => {
      stack.clear();
      const { status } = await lambda.post(bodyFor(etc));
      return { status, serial: attempts(stack)[0]?.platformSerial, calls: stack.wechatpay.calls.length };
    };
    const before = lambdaFor(merchant);
    expect(await presign(before)).toEqual({ status: 200, serial: certificate?.serial, calls: 1 });

    // Switched on at the merchant platform; we have not been told the key.
    await stack.wechatpay.setMode(mchid, 'both');
    expect(await presign(before)).toEqual({ status: 200, serial: certificate?.serial, calls: 1 });

    const { id, pem } = stack.wechatpay.platform.publicKey(mchid);
    const record = (await stack.registry.read(mchid)) ?? merchant;
    const key = { kind: 'PUBLIC_KEY', pem, fetched_at: new Date().toISOString() } as const;
    await stack.registry.update(record, { platform_keys: { ...record.platform_keys, [id]: key } });
    const migrated = lambdaFor(merchant);
    expect(await presign(migrated)).toEqual({ status: 200, serial: id, calls: 1 });
    // One that was warm before still works with what it knows.
    expect(await presign(before)).toEqual({ status: 200, serial: certificate?.serial, calls: 1 });

    // A caller's own choice of key decides how the answer is signed, and both verify.
    for (const [serial, own] of [
      [certificate?.serial ?? '', certificate?.certificatePem ?? ''],
      [id, pem],
    ] as const) {
      const answer = await migrated.post(encryptedBody(own), { headers: { 'Wechatpay-Serial': serial } });
      expect(answer.status).toBe(200);
    }

    await stack.wechatpay.setMode(mchid, 'public-key');
    expect(await presign(migrated)).toEqual({ status: 200, serial: id, calls: 1 });
    expect(downloads(stack)).toHaveLength(0);
  });

  it('a retry names the same key as the first attempt', async () => {
    const merchant = await add({ mode: 'both' });
    stack.wechatpay.fault({ kind: 'signtest' });
    expect((await lambdaFor(merchant).post(bodyFor(etc))).status).toBe(200);
    expect(attempts(stack)).toHaveLength(2);
    expectSameBytesSignedAnew(stack);
    const { id } = stack.wechatpay.platform.publicKey(merchant.mchid);
    expect(attempts(stack)[0]?.platformSerial).toBe(id);
  });
});
