import type { Finding } from '../anatomy.ts';
import type { Merchant } from '../merchants.ts';
import type { PlatformKey } from '../types.ts';
import type { Examined, Known } from './known.ts';
import { type Padding, paddingOf } from './oaep.ts';

const BYTES = 256;

/** Why a field cannot be decrypted with the key that the request names; nothing, where it can. */
export function examineFields({ headers }: Examined, merchant: Merchant, known: Known): Finding[] {
  const named = known.usable(merchant, headers['wechatpay-serial']);
  return known.fields.flatMap(({ pointer, value }) => {
    const block = Buffer.from(value, 'base64');
    if (block.length === BYTES && block.toString('base64') === value)
      return examineBlock({ pointer, block, named }, merchant, known);
    const encoding = encodingOf(value, block);
    return encoding === undefined
      ? [{ code: 'field.plaintext', params: { pointer } }]
      : [{ code: 'field.encoding', params: { pointer, encoding } }];
  });
}

/** Of what seems to be a ciphertext. */
function encodingOf(value: string, block: Buffer): string | undefined {
  if (/^[\da-f]{512}$/i.test(value)) return 'hex';
  if (block.length !== BYTES || /[^\w+/=\s-]/.test(value)) return undefined;
  return /[-_]/.test(value) ? 'base64url' : 'base64';
}

type Block = { readonly pointer: string; readonly block: Buffer; readonly named: PlatformKey | undefined };

function examineBlock({ pointer, block, named }: Block, merchant: Merchant, known: Known): Finding[] {
  const padding = named && paddingOf(block, named.privateKey);
  if (padding) return wrongPadding(pointer, padding);
  const used = known.platformKeys.find(({ privateKey }) => paddingOf(block, privateKey));
  // What is wrong with the name itself has been said already.
  if (used && !named) return [];
  if (used) return [{ code: 'field.other_key', params: { pointer, used: used.id, named: named?.id ?? '' } }];
  const own = [...merchant.certificates.values()].find(
    ({ privateKey }) => privateKey && paddingOf(block, privateKey),
  );
  if (own) return [{ code: 'field.own_certificate', params: { pointer, serial: own.serial } }];
  return [{ code: 'field.unknown_key', params: { pointer, named: named?.id ?? '' } }];
}

function wrongPadding(pointer: string, padding: Padding): Finding[] {
  if (padding.padding === 'pkcs1') return [{ code: 'field.pkcs1_padding', params: { pointer } }];
  const { hash } = padding;
  return hash === 'SHA-1' ? [] : [{ code: 'field.oaep_hash', params: { pointer, hash } }];
}
