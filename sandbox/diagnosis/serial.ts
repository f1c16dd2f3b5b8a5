import type { Finding } from '../anatomy.ts';
import type { Merchant, MerchantCertificate } from '../merchants.ts';
import type { Known } from './known.ts';

const same = (one: string, other: string): boolean => one.toUpperCase() === other.toUpperCase();

/** The merchant's certificate that goes by this serial, in either case. */
export const certificateOf = (merchant: Merchant, serial: string): MerchantCertificate | undefined =>
  [...merchant.certificates.values()].find((certificate) => same(certificate.serial, serial));

/** Why the serial of the Authorization header names no certificate that may sign now. */
export function examineSerial(serial: string, merchant: Merchant, known: Known): Finding[] {
  const certificate = certificateOf(merchant, serial);
  if (!certificate) return [explainUnknown(serial, merchant, known)];
  if (certificate.notAfter < known.now)
    return [{ code: 'certificate.expired', params: { serial: certificate.serial } }];
  return certificate.notBefore > known.now
    ? [{ code: 'certificate.not_yet_valid', params: { serial: certificate.serial } }]
    : [];
}

function explainUnknown(serial: string, merchant: Merchant, { merchants, platformKeys }: Known): Finding {
  if (platformKeys.some(({ id }) => same(id, serial))) return { code: 'serial.platform', params: { serial } };
  const owner = merchants.find((other) => certificateOf(other, serial));
  if (owner) return { code: 'serial.other_merchant', params: { serial, mchid: owner.mchid } };
  const decimal = certificateOf(merchant, fromDecimal(serial));
  if (decimal) return { code: 'serial.decimal', params: { known: decimal.serial } };
  const bare = certificateOf(merchant, withoutDecoration(serial));
  if (bare) return { code: 'serial.format', params: { known: bare.serial } };
  return { code: 'serial.unknown', params: { known: [...merchant.certificates.keys()].join(', ') } };
}

const fromDecimal = (serial: string): string =>
  /^\d{1,60}$/.test(serial) ? BigInt(serial).toString(16).padStart(40, '0') : serial;

const withoutDecoration = (serial: string): string => serial.replace(/^0x/i, '').replace(/[:\s-]/g, '');
