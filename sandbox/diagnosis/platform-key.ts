import type { Finding } from '../anatomy.ts';
import type { Merchant } from '../merchants.ts';
import type { Examined, Known } from './known.ts';
import { certificateOf } from './serial.ts';

/** What is wrong with Wechatpay-Serial. */
export function examinePlatformKey({ headers }: Examined, merchant: Merchant, known: Known): Finding[] {
  const serial = headers['wechatpay-serial'];
  if (serial === undefined)
    return known.fields.length > 0 ? [{ code: 'platform_key.missing', params: {} }] : [];
  if (known.usable(merchant, serial)) return [];
  if (certificateOf(merchant, serial)) return [{ code: 'platform_key.merchant_serial', params: { serial } }];
  const owner = known.merchants.find(({ publicKey }) => publicKey?.id === serial);
  if (owner && owner !== merchant)
    return [{ code: 'platform_key.other_merchant', params: { serial, mchid: owner.mchid } }];
  const exists = known.platformKeys.some(({ id }) => id.toUpperCase() === serial.toUpperCase());
  return exists
    ? [{ code: 'platform_key.mode', params: { serial, mode: merchant.mode } }]
    : [{ code: 'platform_key.unknown', params: { serial } }];
}
