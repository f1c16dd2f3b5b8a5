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
