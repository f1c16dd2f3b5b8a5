import { createCipheriv, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { MerchantRecord } from '../../lib/merchants/record.ts';
import type { Fault } from '../../sandbox/fault.ts';
import { issueCertificate } from '../../sandbox/pki.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { coldLambda } from '../support/lambda.ts';
import { refreshLambda } from '../support/refresh.ts';
import { bodyFor, captureLogs, downloads, eventually, type Logs, loadEndpoints } from '../support/world.ts';

const DAY = 86_400_000;
/** Time stands still but for `later`: it must not matter how long the machine takes. */
const BEGUN = Date.now();

let stack: Stack;
let etc: Endpoint;
let logs: Logs;
let later = 0;

beforeAll(async () => {
  ({ etc } = await loadEndpoints());
});
beforeEach(async () => {
  later = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => BEGUN + later);
  stack = await startStack({ clock: () => BEGUN + later });
  logs = captureLogs();
});
afterEach(async () => {
  logs.stop();
  jest.restoreAllMocks();
  await stack.close();
});

const refresh = (event?: { mchid?: unknown }) => refreshLambda(stack.env())(event);
const read = async (mchid: string): Promise<MerchantRecord> => {
  const record = await stack.registry.read(mchid);
  if (record === undefined) throw new Error(`no merchant ${mchid}`);
  return record;
};
const idsOf = async (mchid: string) => Object.keys((await read(mchid)).platform_keys).sort();
const serials = () => stack.wechatpay.platform.certificates.map(({ serial }) => serial).sort();
/** An entry of the list of certificates. */
const listed = (pem: string, key: Buffer) => {
  const nonce = '0123456789ab';
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from('certificate'));
  const sealed = Buffer.concat([cipher.update(pem), cipher.final(), cipher.getAuthTag()]);
  const encrypt_certificate = {
    algorithm: 'AEAD_AES_256_GCM',
    nonce,
    associated_data: 'certificate',
    ciphertext: sealed.toString('base64'),
  };
  return { serial_no: 'AB', encrypt_certificate };
};
const gauges = (name: string) =>
  Object.fromEntries(
    logs.lines.filter((line) => name in line).map((line) => [line['mchid'], line[name]]),
  ) as Record<string, number>;

describe('the scheduled refresh', () => {
  it('looks after every merchant, whatever its mode, and says so', async () => {
    await stack.addMerchant({ mchid: '1900000001', seeded: false });
    await stack.addMerchant({ mchid: '1900000002' });
    await stack.addMerchant({ mchid: '1900000003', mode: 'public-key' });
    await stack.addMerchant({ mchid: '1900000004', mode: 'both', seeded: false });
    await stack.registry.create({ mchid: '1900000005', platform_keys: {}, version: 1 });
    const report = await refresh();
    expect({ ...report, refreshed: report.refreshed.sort() }).toEqual({
      refreshed: ['1900000001', '1900000002', '1900000003', '1900000004'],
      skipped: ['1900000005'],
      failed: [],
    });
    expect(await idsOf('1900000001')).toEqual(serials());
    expect(await idsOf('1900000002')).toEqual(serials());
    expect(await idsOf('1900000003')).toEqual([stack.wechatpay.platform.publicKey('1900000003').id]);
    expect(await idsOf('1900000004')).toEqual(
      [...serials(), stack.wechatpay.platform.publicKey('1900000004').id].sort(),
    );
    for (const mchid of report.refreshed) {
      expect((await read(mchid)).refreshed_at).toBe(new Date(BEGUN).toISOString());
      expect(gauges('RefreshAgeHours')[mchid]).toBeCloseTo(0);
    }
    expect(gauges('PlatformCertificateDaysToExpiry')['1900000001']).toBeGreaterThan(1_000);
    expect(Object.keys(gauges('PlatformCertificateDaysToExpiry'))).not.toContain('1900000003');
    expect(logs.lines.filter(({ message }) => message === 'certificate refresh done')).toMatchObject([
      { refreshed: 4, skipped: 1, failed: 0 },
    ]);
  });

  it('lets no merchant’s failure hurt another, and keeps what the failing one has', async () => {
    const mchids = Array.from({ length: 12 }, (_, i) => String(1_900_000_010 + i));
    for (const mchid of mchids) await stack.addMerchant({ mchid });
    const [wrongKey = '', disabled = '', refused = ''] = mchids;
    stack.wechatpay.setApiV3Key(wrongKey, 'another-key-another-key-another-');
    stack.kms.setKeyState((await read(disabled)).signing_key_arn, 'Disabled');
    stack.wechatpay.fault(
      { kind: 'refuse', status: 403, code: 'NO_AUTH', message: 'no' },
      { times: Number.POSITIVE_INFINITY, match: ({ mchid }) => mchid === refused },
    );
    const before = await idsOf(wrongKey);
    const { serial } = await stack.wechatpay.platform.rotateCertificate();
    const report = await refresh();
    expect(report.refreshed).toHaveLength(9);
    expect(report.failed.sort((a, b) => a.mchid.localeCompare(b.mchid))).toEqual([
      { mchid: wrongKey, reason: 'merchant_misconfigured' },
      { mchid: disabled, reason: 'kms_disabled' },
      { mchid: refused, reason: 'permission_missing' },
    ]);
    for (const mchid of report.refreshed) expect(await idsOf(mchid)).toContain(serial);
    expect(await idsOf(wrongKey)).toEqual(before);
    expect((await read(wrongKey)).refreshed_at).toBeUndefined();
    const failures = logs.lines.filter(({ message }) => message === 'certificate refresh failed');
    expect(failures.map(({ mchid }) => mchid).sort()).toEqual([wrongKey, disabled, refused]);
  });

  it('tells how long ago a failing merchant was last refreshed', async () => {
    await stack.addMerchant({ mchid: '1900000001' });
    await refresh();
    later = 2 * DAY;
    logs.clear();
    stack.wechatpay.setApiV3Key('1900000001', 'another-key-another-key-another-');
    expect((await refresh()).failed).toHaveLength(1);
    expect(gauges('RefreshAgeHours')['1900000001']).toBeCloseTo(48, 1);
    expect(logs.metrics()).toContain('RefreshFailed');
  });

  it('drops a certificate that has expired, and keeps one that is no longer listed until it does', async () => {
    const [first = ''] = serials();
    const short = await stack.wechatpay.platform.rotateCertificate({ notAfter: new Date(BEGUN + DAY) });
    await stack.addMerchant({ mchid: '1900000001' });
    stack.wechatpay.platform.retireCertificate(short.serial);
    await refresh();
    expect(await idsOf('1900000001')).toEqual([first, short.serial].sort());
    later = 2 * DAY;
    await refresh();
    expect(await idsOf('1900000001')).toEqual([first]);
  });

  it.each(['RESOURCE_NOT_EXISTS', 'NOT_FOUND', 'SYSTEM_ERROR'] as const)(
    'takes %s for an answer from a merchant that has gone over to the public key',
    async (answer) => {
      await stack.addMerchant({ mchid: '1900000001', mode: 'both', seeded: false });
      await stack.wechatpay.setMode('1900000001', 'public-key');
      stack.wechatpay.setNoCertificateAnswer('1900000001', answer);
      expect(await refresh()).toEqual({ refreshed: ['1900000001'], skipped: [], failed: [] });
    },
  );

  it('does not take 500 for an answer where certificates are in use', async () => {
    await stack.addMerchant({ mchid: '1900000001' });
    stack.wechatpay.fault({ kind: 'system-error' }, { times: 9 });
    expect((await refresh()).failed).toEqual([{ mchid: '1900000001', reason: 'wechatpay_server_error' }]);
  });

  /** Has certificates, and the public key that WeChat Pay signs with when asked to. */
  const migrated = async () => {
    await stack.addMerchant({ mchid: '1900000001', mode: 'both' });
    await stack.wechatpay.setMode('1900000001', 'public-key');
  };

  it('takes a verified 404 for an answer from a merchant that still has certificates', async () => {
    await migrated();
    expect(await refresh()).toEqual({ refreshed: ['1900000001'], skipped: [], failed: [] });
    expect(await idsOf('1900000001')).toContain(serials()[0]);
  });

  const none = {
    kind: 'refuse',
    status: 404,
    code: 'RESOURCE_NOT_EXISTS',
    message: '无可用的平台证书',
  } as const;
  it.each<[string, Fault, string]>([
    ['unsigned', { ...none, signed: false }, 'verification_headers_missing'],
    ['with a bad signature', { kind: 'bad-signature' }, 'verification_signature'],
    ['signed with a key that nobody knows', { kind: 'unknown-serial' }, 'verification_unknown_serial'],
    ['that is old', { kind: 'stale-timestamp' }, 'verification_timestamp'],
  ])(
    'does not take an unverified 404 for an answer where certificates are in use: %s',
    async (_, fault, reason) => {
      await migrated();
      stack.wechatpay.fault(fault, { times: 9 });
      expect(await refresh()).toEqual({
        refreshed: [],
        skipped: [],
        failed: [{ mchid: '1900000001', reason }],
      });
      expect((await read('1900000001')).refreshed_at).toBeUndefined();
      expect(logs.metrics()).toContain('RefreshFailed');
      expect(logs.metrics()).not.toContain('RefreshSucceeded');
    },
  );

  it('nor does a Lambda that looks for a key', async () => {
    await stack.addMerchant({ mchid: '1900000001' });
    stack.wechatpay.fault({ kind: 'unknown-serial' }, { match: ({ method }) => method === 'POST' });
    stack.wechatpay.fault({ ...none, signed: false }, { times: 2, match: ({ method }) => method === 'GET' });
    expect((await coldLambda(etc, stack.env('1900000001')).post(bodyFor(etc))).status).toBe(200);
    expect(logs.refreshFailures()).toEqual(['verification_headers_missing']);
    expect((await read('1900000001')).refreshed_at).toBeUndefined();
  });

  it('stores what can be used of a list, and tells of what cannot', async () => {
    const mchid = '1900000001';
    await stack.addMerchant({ mchid, seeded: false });
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicKeyPem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const odd = await issueCertificate({
      ca: stack.wechatpay.ca,
      commonName: 'Tenpay.com sign',
      publicKeyPem,
    });
    const [good] = stack.wechatpay.platform.certificates;
    const key = Buffer.from(`sandbox-${mchid}`.padEnd(32, '0'));
    const data = [
      listed(odd.certificatePem, key),
      listed(good?.certificatePem ?? '', key),
      listed(good?.certificatePem ?? '', Buffer.alloc(32)),
    ];
    stack.wechatpay.fault({ kind: 'wrong-shape', body: JSON.stringify({ data }) });
    expect((await refresh()).refreshed).toEqual([mchid]);
    expect(await idsOf(mchid)).toEqual(serials());
    expect(logs.refreshFailures()).toEqual(['platform_key_unusable', 'platform_key_unusable']);
    expect(logs.metrics()).toContain('MerchantRefreshFailed');
    expect((await coldLambda(etc, stack.env(mchid)).post(bodyFor(etc))).status).toBe(200);
  });

  it('writes keys only when there is something new', async () => {
    await stack.addMerchant({ mchid: '1900000001', seeded: false });
    await refresh();
    const { version, refreshed_at } = await read('1900000001');
    later = 6 * 3_600_000;
    await refresh();
    const again = await read('1900000001');
    expect(again.version).toBe(version);
    expect(Date.parse(again.refreshed_at ?? '')).toBeGreaterThan(Date.parse(refreshed_at ?? ''));
  });

  it('loses nothing of what somebody else writes meanwhile', async () => {
    await stack.addMerchant({ mchid: '1900000001', seeded: false });
    stack.wechatpay.fault({ kind: 'latency', ms: 3_000 });
    const pending = refresh();
    await eventually(() => downloads(stack).length > 0);
    const record = await read('1900000001');
    const meanwhile = stack.registry.update(record, { certificate_not_after: '2030-01-01T00:00:00.000Z' });
    expect(await meanwhile).toBe(true);
    expect((await pending).refreshed).toEqual(['1900000001']);
    expect(await idsOf('1900000001')).toEqual(serials());
    expect((await read('1900000001')).certificate_not_after).toBe('2030-01-01T00:00:00.000Z');
    expect((await read('1900000001')).version).toBe(record.version + 2);
  });

  it('refreshes one merchant when asked by hand', async () => {
    await stack.addMerchant({ mchid: '1900000001', seeded: false });
    await stack.addMerchant({ mchid: '1900000002', seeded: false });
    expect((await refresh({ mchid: '1900000002' })).refreshed).toEqual(['1900000002']);
    expect(downloads(stack).map(({ mchid }) => mchid)).toEqual(['1900000002']);
    expect(await refresh({ mchid: '1900000009' })).toEqual({
      refreshed: [],
      skipped: ['1900000009'],
      failed: [],
    });
  });

  it('fails as a whole, with a log line, when the registry cannot be read', async () => {
    stack.dynamo.fault('denied', 9);
    await expect(refresh()).rejects.toMatchObject({ reason: 'registry_unavailable' });
    expect(logs.lines).toContainEqual(
      expect.objectContaining({ message: 'certificate refresh failed', reason: 'registry_unavailable' }),
    );
  });

  it('has nothing to do in an empty registry', async () => {
    expect(await refresh()).toEqual({ refreshed: [], skipped: [], failed: [] });
  });
});

describe('many Lambdas started at once', () => {
  // Few enough that their cold starts, all in this one process, leave every call its time beside a busy core.
  const many = (mchid: string) =>
    Promise.all(
      Array.from({ length: 30 }, async () => {
        const { status } = await coldLambda(etc, stack.env(mchid)).post(bodyFor(etc));
        return status;
      }),
    );

  it('download no certificate when the registry has one', async () => {
    await stack.addMerchant({ mchid: '1900000001' });
    expect(new Set(await many('1900000001'))).toEqual(new Set([200]));
    expect(downloads(stack)).toHaveLength(0);
  });

  it('download once among them when it has none, and all succeed', async () => {
    await stack.addMerchant({ mchid: '1900000001', seeded: false });
    expect(new Set(await many('1900000001'))).toEqual(new Set([200]));
    expect(downloads(stack)).toHaveLength(1);
    expect((await read('1900000001')).version).toBe(2);
  });
});

it('two hundred answers under random serials cost one download', async () => {
  await stack.addMerchant({ mchid: '1900000001' });
  const lambdas = Array.from({ length: 5 }, () => coldLambda(etc, stack.env('1900000001')));
  stack.wechatpay.fault({ kind: 'unknown-serial' }, { times: 200, match: ({ method }) => method === 'POST' });
  for (let round = 0; round < 4; round += 1) {
    const answers = await Promise.all(
      lambdas.flatMap((lambda) => Array.from({ length: 5 }, () => lambda.post(bodyFor(etc)))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([502]));
  }
  expect(stack.wechatpay.pendingFaults()).toBe(0);
  expect(downloads(stack).length).toBe(1);
});
