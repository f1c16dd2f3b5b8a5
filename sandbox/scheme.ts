import { randomBytes } from 'node:crypto';

export const SCHEME = 'WECHATPAY2-SHA256-RSA2048';

export const SIGNATURE_HEADERS = [
  'Wechatpay-Timestamp',
  'Wechatpay-Nonce',
  'Wechatpay-Signature',
  'Wechatpay-Serial',
  'Wechatpay-Signature-Type',
] as const;
export type SignatureHeader = (typeof SIGNATURE_HEADERS)[number];
export type SignatureHeaders = Readonly<Record<SignatureHeader, string>>;

/**
 * WeChat Pay's own test of whether signatures are verified. As long as a real one, and even decodable: only verification
 * can tell.
 */
export const signatureProbe = () =>
  `WECHATPAY/SIGNTEST/${randomBytes(243).toString('base64')}`.slice(0, 342).concat('==');
