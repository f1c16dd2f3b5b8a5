import type { KeyObject } from 'node:crypto';
import { Aes, Formatter, Rsa, Wechatpay } from 'wechatpay-axios-plugin';
import type { Call } from '../../../sandbox/types.ts';

/** wechatpay-axios-plugin, a client written by somebody else; all that the tests use of it, with types that hold. */

export type SdkMerchant = { readonly mchid: string; readonly serial: string; readonly privateKeyPem: string };
/** `id`: what Wechatpay-Serial carries; `pem`: a certificate or a public key. */
export type SdkPlatformKey = { readonly id: string; readonly pem: string };
export type SdkAnswer = { readonly status: number; readonly data: unknown; readonly serial: unknown };

export type Sdk = ReturnType<typeof createSdk>;

/**
 * The SDK as a merchant sets it up, but for the address. Its calls reject with an AxiosError: `code` is
 * `EV3_RES_…` when it does not trust the answer, `response` is there when WeChat Pay refused.
 */
export const createSdk = (
  baseURL: string,
  { mchid, serial, privateKeyPem: privateKey }: SdkMerchant,
  { id, pem }: SdkPlatformKey,
) => {
  // Anything but loopback would be a mistake, a proxy of the machine's environment included.
  const wechatpay = new Wechatpay({ mchid, serial, privateKey, certs: { [id]: pem }, baseURL, proxy: false });
  const headers = { 'Wechatpay-Serial': id };
  const at = (path: string) => wechatpay.chain(path.slice(1));
  const answer = (got: { status: number; data: unknown; headers: object }): SdkAnswer => ({
    status: got.status,
    data: got.data,
    serial: Reflect.get(got.headers, 'wechatpay-serial'),
  });
  return {
    post: async (path: string, body: unknown) => answer(await at(path).post<unknown>(body, { headers })),
    get: async (path: string) => answer(await at(path).get<unknown>({ headers })),
  };
};

export const sdkEncrypt = (plaintext: string, { pem }: SdkPlatformKey): string =>
  Rsa.encrypt(plaintext, Rsa.from(pem, Rsa.KEY_TYPE_PUBLIC));

/** Throws when `ciphertext` is not one under that key. */
export const sdkDecrypt = (ciphertext: string, privateKey: KeyObject): string =>
  Rsa.decrypt(ciphertext, privateKey);

export type EncryptedCertificate = { nonce: string; associated_data: string; ciphertext: string };

/** The PEM inside an item of `GET /v3/certificates`; throws when the tag does not fit. */
export const sdkOpenCertificate = (encrypted: EncryptedCertificate, apiV3Key: string): string =>
  Aes.AesGcm.decrypt(encrypted.ciphertext, apiV3Key, encrypted.nonce, encrypted.associated_data);

/** Scheme and items of an Authorization header, as `[scheme, {name: value}]`. */
export const parseAuthorization = (header = ''): [scheme: string, items: Record<string, string>] => {
  const [scheme = '', list = ''] = header.split(' ');
  const items = list.split(',').map((item) => /^(\w+)="([^"]*)"$/.exec(item)?.slice(1) ?? [item, '']);
  return [scheme, Object.fromEntries(items)];
};

/** What the SDK itself would write with the same items: it alone says which names there are. */
export const sdkAuthorization = (items: Readonly<Record<string, string>>): string => {
  const { mchid = '', nonce_str = '', signature = '', timestamp = '', serial_no = '' } = items;
  return Formatter.authorization(mchid, nonce_str, signature, timestamp, serial_no);
};

/** Whether the SDK takes the request as signed by the owner of the public key; `body` replaces the one sent. */
export const sdkVerifies = (
  { method, path, headers, body: sent }: Readonly<Call>,
  publicKeyPem: string,
  body: Buffer = sent,
): boolean => {
  const [, { timestamp = '', nonce_str = '', signature = '' }] = parseAuthorization(headers['authorization']);
  const message = Formatter.request(method, path, timestamp, nonce_str, body.toString('utf8'));
  return Rsa.verify(message, signature, publicKeyPem);
};

/** A notification as the SDK's own parts make it: its AES-GCM, its string to sign, its RSA. */
export const sdkNotification = (
  text: string,
  envelope: object,
  { apiV3Key, serial, privateKey }: { apiV3Key: string; serial: string; privateKey: KeyObject },
) => {
  const [nonce, associated_data] = ['0123456789ab', 'payscore'];
  const ciphertext = Aes.AesGcm.encrypt(text, apiV3Key, nonce, associated_data);
  const resource = {
    original_type: 'payscore',
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext,
    associated_data,
    nonce,
  };
  const body = JSON.stringify({ ...envelope, resource });
  const [timestamp, signed] = [String(Math.floor(Date.now() / 1000)), Formatter.nonce()];
  const headers = {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': signed,
    'Wechatpay-Serial': serial,
    'Wechatpay-Signature': Rsa.sign(Formatter.response(timestamp, signed, body), privateKey),
  };
  return { headers, body };
};
