import { held } from './held.ts';
import type { Merchant } from './merchants.ts';
import type { Platform } from './platform.ts';
import { headerError } from './refusals.ts';
import type { Answer, Call } from './types.ts';

export function checkContentType({ headers }: Call): Answer | undefined {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  if (mediaType.trim().toLowerCase() === 'application/json') return undefined;
  return headerError(
    'INVALID_REQUEST',
    'Content-Type',
    'must be application/json',
    'Http头Content-Type不正确',
  );
}

/** The named key must be one that the merchant may use; whether one must be named is `required`. */
export function checkPlatformSerial(call: Call, required: boolean, merchant: Merchant, platform: Platform) {
  const { platformSerial } = call;
  if (platformSerial !== undefined || required)
    return held(call, 'platform_key', refuseKey(platformSerial, merchant, platform));
  return undefined;
}

function refuseKey(serial: string | undefined, merchant: Merchant, platform: Platform): Answer | undefined {
  if (serial === undefined) {
    const message = 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)';
    return headerError('PARAM_ERROR', 'Wechatpay-Serial', 'is required', message);
  }
  if (platform.usable(merchant, serial)) return undefined;
  return headerError('PARAM_ERROR', 'Wechatpay-Serial', 'is not known', '平台证书序列号Wechatpay-Serial错误');
}
