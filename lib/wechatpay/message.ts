import { randomBytes } from 'node:crypto';

export const SCHEME = 'WECHATPAY2-SHA256-RSA2048';

/** What a signer answers: the signature and whose it is, in one piece, so that key and serial cannot drift apart. */
export type Signature = { mchid: string; serial: string; signature: string };

/** Signs with RSASSA-PKCS1-v1_5 and SHA-256; `signature` is base64. Rejects with a PresignError. */
export type Signer = (message: Buffer) => Promise<Signature>;

/** 32 characters, as the SDKs send. */
export const makeNonce = (): string => randomBytes(16).toString('hex').toUpperCase();

/**
 * The bytes a request's signature covers: method, path with query exactly as sent, unix seconds, nonce, body,
 * each closed by a line feed.
 */
export const requestMessage = (request: {
  method: string;
  path: string;
  timestamp: number;
  nonce: string;
  body: Buffer;
}): Buffer =>
  Buffer.concat([
    Buffer.from(`${request.method}\n${request.path}\n${request.timestamp}\n${request.nonce}\n`),
    request.body,
    Buffer.from('\n'),
  ]);

/**
 * The bytes that WeChat Pay's signature of an answer or a notification covers: timestamp, nonce and the body as it came,
 * each closed by a line feed.
 */
export const signedMessage = (signed: { timestamp: string; nonce: string; body: Buffer }): Buffer =>
  Buffer.concat([Buffer.from(`${signed.timestamp}\n${signed.nonce}\n`), signed.body, Buffer.from('\n')]);

/**
 * The bytes the signature of launch parameters covers: appid, unix seconds, nonce, package, each closed by a line feed
 * (https://pay.weixin.qq.com/doc/v3/partner/4015804450).
 */
export const launchMessage = (launch: {
  appid: string;
  timeStamp: string;
  nonceStr: string;
  package: string;
}): Buffer => Buffer.from(`${launch.appid}\n${launch.timeStamp}\n${launch.nonceStr}\n${launch.package}\n`);

/** The value of the Authorization header. */
export const authorization = ({
  mchid,
  serial,
  signature,
  timestamp,
  nonce,
}: Signature & { timestamp: number; nonce: string }): string =>
  `${SCHEME} mchid="${mchid}",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${serial}"`;
