/**
 * Whether WeChat Pay can be told to call it: https://pay.weixin.qq.com/doc/v3/merchant/4012075420 wants a full URL
 * without parameters. Plain http is taken too, for on loopback nobody has a certificate.
 */
export const isNotifyUrl = (text: unknown): text is string =>
  typeof text === 'string' && /^https?:\/\/[^?#\s]+$/.test(text) && URL.canParse(text);
