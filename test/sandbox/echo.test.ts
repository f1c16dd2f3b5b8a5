import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { issueCertificate } from '../../sandbox/pki.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { createSdk, sdkDecrypt, sdkEncrypt } from '../support/interop/sdk.ts';
import { until } from '../support/protocol.ts';
import { sdkAccepts, sdkOpens, startReceiver } from '../support/sandbox/receiver.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import {
  API_V3_KEY,
  addTestMerchant,
  holds,
  parse,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';

const PATH = '/v3/security/echo';

let sandbox: WechatPaySandbox;
let plain: TestMerchant;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  sandbox = await startWechatPay({ ...STRICT, probes: 'never' });
  receiver = await startReceiver();
  plain = await addTestMerchant(sandbox, '1900000111', 'public-key');
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});

const keyOf = (mchid: string, mode: 'certificate' | 'public-key') => {
  const [{ serial = '', certificatePem = '' } = {}] = sandbox.platform.certificates;
  return mode === 'certificate' ? { id: serial, pem: certificatePem } : sandbox.platform.publicKey(mchid);
};

describe.each([
  ['certificate', '1900000109'],
  ['public-key', '1900000110'],
] as const)('the self-test in %s mode', (mode, mchid) => {
  it('says back what an independent client sent, encrypted for it, and calls the address it was given', async () => {
    const merchant = await addTestMerchant(sandbox, mchid, mode);
    const key = keyOf(mchid, mode);
    const sdk = createSdk(sandbox.url, merchant, key);
    const before = receiver.received.length;
    const { status, data, serial } = await sdk.post(PATH, {
      echo_message: 'hello 你好',
      encrypted_echo_message: sdkEncrypt('secret 秘密', key),
      notify_url: receiver.url,
    });
    expect([status, serial]).toEqual([200, key.id]);
    const { encrypted_echo_message, ...rest } = Object(data);
    expect(rest).toEqual({ echo_message: 'hello 你好' });
    expect(sdkDecrypt(encrypted_echo_message, merchant.privateKey)).toBe('secret 秘密');
    await until(() => receiver.received.length > before);
    const told = receiver.received.at(-1);
    if (!told) throw new Error('nothing was received');
    expect(sdkAccepts(told, { [key.id]: key.pem })).toBe(true);
    expect(JSON.parse(told.body.toString())).toMatchObject({
      event_type: 'SECURITY_ECHO.SUCCESS',
      resource: { original_type: 'security' },
    });
    const { echo_message, encrypt_echo_message } = Object(sdkOpens(told, API_V3_KEY));
    expect(echo_message).toBe('hello 你好');
    expect(sdkDecrypt(encrypt_echo_message, merchant.privateKey)).toBe('secret 秘密');
  });
});

describe('the self-test', () => {
  it('needs no secret and no address, and then answers none and calls nobody', async () => {
    const { id, pem } = sandbox.platform.publicKey(plain.mchid);
    // The merchant's own address is for what happens, not for tests.
    sandbox.setNotifyUrl(plain.mchid, receiver.url);
    const known = sandbox.notifications.length;
    const answered = await post(sandbox.url, plain, {
      path: PATH,
      body: { echo_message: 'x' },
      platformSerial: id,
    });
    expect([answered.status, parse(answered)]).toEqual([200, { echo_message: 'x' }]);
    expect(holds(answered, pem)).toBe(true);
    expect(sandbox.notifications).toHaveLength(known);
  });

  it('is encrypted for the certificate that signed, of several', async () => {
    const mchid = '1900000112';
    const first = await addTestMerchant(sandbox, mchid, 'public-key');
    const added = await issueCertificate({ ca: sandbox.ca, commonName: mchid });
    sandbox.addMerchantCertificate(mchid, added.certificatePem);
    const { serial, privateKey, privateKeyPem } = added;
    const second = { mchid, serial, privateKey, privateKeyPem };
    const key = keyOf(mchid, 'public-key');
    const body = { echo_message: 'x', encrypted_echo_message: sdkEncrypt('y', key) };
    for (const [signer, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const answered = await post(sandbox.url, signer, { path: PATH, body, platformSerial: key.id });
      const { encrypted_echo_message } = parse(answered);
      expect(sdkDecrypt(encrypted_echo_message, signer.privateKey)).toBe('y');
      expect(() => sdkDecrypt(encrypted_echo_message, other.privateKey)).toThrow();
    }
  });

  it.each<[string, object, string]>([
    ['no message', {}, '/body/echo_message'],
    ['an empty one', { echo_message: '' }, '/body/echo_message'],
    [
      'a secret in plaintext',
      { echo_message: 'x', encrypted_echo_message: 'y' },
      '/body/encrypted_echo_message',
    ],
    ['an address with a query', { echo_message: 'x', notify_url: 'https://a/b?c' }, '/body/notify_url'],
    ['no address', { echo_message: 'x', notify_url: 'a' }, '/body/notify_url'],
  ])('refuses %s', async (_, body, field) => {
    const { id } = sandbox.platform.publicKey(plain.mchid);
    const answered = await post(sandbox.url, plain, { path: PATH, body, platformSerial: id });
    expect([answered.status, parse(answered).code, parse(answered).detail.field]).toEqual([
      400,
      'PARAM_ERROR',
      field,
    ]);
  });

  it('must name the key, secret or not', async () => {
    const answered = await post(sandbox.url, plain, { path: PATH, body: { echo_message: 'x' } });
    expect(parse(answered)).toMatchObject({ code: 'PARAM_ERROR', detail: { field: 'Wechatpay-Serial' } });
  });
});
