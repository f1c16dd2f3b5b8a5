import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import type { Fault } from '../../sandbox/fault.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { mapSensitive, requestOf } from '../support/interop/fields.ts';
import {
  createSdk,
  type EncryptedCertificate,
  type SdkPlatformKey,
  sdkEncrypt,
  sdkOpenCertificate,
} from '../support/interop/sdk.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import { API_V3_KEY, addTestMerchant, type TestMerchant } from '../support/sandbox/test-client.ts';

// Project and sandbox may share a misunderstanding of the protocol; a client by somebody else does not.

const ENDPOINTS = await endpointsIn();
const SEALED = ENDPOINTS.filter(({ sensitive }) => sensitive.length > 0);
const MODES = [
  { mode: 'certificate', mchid: '1900000109' },
  { mode: 'public-key', mchid: '1900000110' },
] as const;

const INCOMPLETE = /headers incomplete/i;
const ANOTHER_TIME = /time offset/i;
const UNKNOWN_KEY = /cannot found the serial/i;
const FORGED = /verify the response's data with/i;

const BAD_ANSWERS: { name: string; fault: Fault; code: string; message: RegExp }[] = [
  { name: 'a bad signature', fault: { kind: 'bad-signature' }, code: 'SIGNATURE_DIGEST', message: FORGED },
  { name: 'a SIGNTEST signature', fault: { kind: 'signtest' }, code: 'SIGNATURE_DIGEST', message: FORGED },
  { name: 'an altered body', fault: { kind: 'altered-body' }, code: 'SIGNATURE_DIGEST', message: FORGED },
  {
    name: 'an unknown serial',
    fault: { kind: 'unknown-serial' },
    code: 'PLATFORM_SERIAL',
    message: UNKNOWN_KEY,
  },
  ...(['past', 'future'] as const).map((direction) => ({
    name: `a timestamp of the ${direction}`,
    fault: { kind: 'stale-timestamp', direction, seconds: 600 } as const,
    code: 'TIMESTAMP_OFFSET',
    message: ANOTHER_TIME,
  })),
  {
    name: 'no signature headers',
    fault: { kind: 'missing-headers' },
    code: 'INCOMPLATE',
    message: INCOMPLETE,
  },
  ...(['Timestamp', 'Nonce', 'Signature', 'Serial'] as const).map((header) => ({
    name: `no Wechatpay-${header}`,
    fault: { kind: 'missing-headers', names: [`Wechatpay-${header}`] } as const,
    code: 'INCOMPLATE',
    message: INCOMPLETE,
  })),
];

let sandbox: WechatPaySandbox;
beforeAll(async () => {
  sandbox = await startWechatPay(STRICT);
});
afterAll(() => sandbox.close());

describe.each(MODES)('the SDK in $mode mode', ({ mode, mchid }) => {
  let merchant: TestMerchant;
  let key: SdkPlatformKey;
  let sdk: ReturnType<typeof createSdk>;
  beforeAll(async () => {
    merchant = await addTestMerchant(sandbox, mchid, mode);
    const [{ serial = '', certificatePem = '' } = {}] = sandbox.platform.certificates;
    key = mode === 'certificate' ? { id: serial, pem: certificatePem } : sandbox.platform.publicKey(mchid);
    sdk = createSdk(sandbox.url, merchant, key);
  });

  it.each(ENDPOINTS)('completes $name and verifies the answer', async (endpoint) => {
    const { path, response } = endpoint;
    const plain = requestOf(endpoint);
    const { status, data, serial } = await sdk.post(
      path,
      mapSensitive(endpoint, plain, (value) => sdkEncrypt(value, key)),
    );
    expect(status).toBe(200);
    expect(response.safeParse(data)).toMatchObject({ success: true });
    expect(serial).toBe(key.id);
    const presign = sandbox.presigns.find((one) => one.path === path && one.mchid === mchid);
    expect(presign?.body).toEqual(plain);
    expect(Object.values(Object(data))).toEqual([presign?.id]);
  });

  it.each(SEALED)('is told that $name takes no plaintext in a sensitive field', async (endpoint) => {
    await expect(sdk.post(endpoint.path, requestOf(endpoint))).rejects.toMatchObject({
      response: { status: 400, data: { code: 'PARAM_ERROR' } },
    });
  });

  describe('does not accept', () => {
    let call: () => ReturnType<typeof sdk.post>;
    beforeAll(() => {
      // The one whose pre-signs have no number of the merchant's own: any bytes may come any number of times.
      const endpoint = ENDPOINTS.find(({ name }) => name === 'vehicleEtcPreopen');
      if (endpoint === undefined) throw new Error('no such endpoint');
      const body = mapSensitive(endpoint, requestOf(endpoint), (value) => sdkEncrypt(value, key));
      call = () => sdk.post(endpoint.path, body);
    });

    it.each(BAD_ANSWERS)('$name', async ({ fault, code, message }) => {
      sandbox.fault(fault);
      const refused = await call().catch((error: unknown) => error);
      expect(sandbox.pendingFaults()).toBe(0);
      expect(refused).toMatchObject({
        code: expect.stringMatching(new RegExp(`^EV3_RES_HEADERS?_${code}$`)),
        message: expect.stringMatching(message),
        response: { status: 200 },
      });
      await expect(call()).resolves.toMatchObject({ status: 200, serial: key.id });
    });
  });
});

describe('the SDK and GET /v3/certificates', () => {
  it('decrypts the certificates, whose serials are those announced', async () => {
    const merchant = await addTestMerchant(sandbox, '1900000111', 'certificate');
    const [{ serial = '', certificatePem = '' } = {}] = sandbox.platform.certificates;
    const sdk = createSdk(sandbox.url, merchant, { id: serial, pem: certificatePem });
    const { status, data } = await sdk.get('/v3/certificates');
    expect(status).toBe(200);
    const items: { serial_no: string; encrypt_certificate: EncryptedCertificate }[] = Object(data).data;
    const opened = items.map((item) => sdkOpenCertificate(item.encrypt_certificate, API_V3_KEY));
    expect(opened).toEqual([certificatePem]);
    expect(opened.map((pem) => new X509Certificate(pem).serialNumber)).toEqual([serial]);
    expect(items.map((item) => item.serial_no)).toEqual([serial]);
  });

  it('cannot decrypt them with another key', async () => {
    const merchant = await addTestMerchant(sandbox, '1900000112', 'certificate');
    const [{ serial = '', certificatePem = '' } = {}] = sandbox.platform.certificates;
    const sdk = createSdk(sandbox.url, merchant, { id: serial, pem: certificatePem });
    const { data } = await sdk.get('/v3/certificates');
    const [item]: { encrypt_certificate: EncryptedCertificate }[] = Object(data).data;
    if (item === undefined) throw new Error('no certificate');
    const other = API_V3_KEY.replace('0', '1');
    expect(() => sdkOpenCertificate(item.encrypt_certificate, other)).toThrow(/authenticate/);
  });

  it('is told that a merchant with a public key alone has none', async () => {
    const merchant = await addTestMerchant(sandbox, '1900000113', 'public-key');
    const sdk = createSdk(sandbox.url, merchant, sandbox.platform.publicKey(merchant.mchid));
    await expect(sdk.get('/v3/certificates')).rejects.toMatchObject({
      response: { status: 404, data: { code: 'RESOURCE_NOT_EXISTS' } },
    });
  });
});
