import { verify } from 'node:crypto';
import { held } from './held.ts';
import type { Merchant, MerchantCertificate } from './merchants.ts';
import { signError } from './refusals.ts';
import { SCHEME } from './scheme.ts';
import { signedBody } from './signed-body.ts';
import { readSerial } from './strictness.ts';
import type { Answer, Call } from './types.ts';
import type { World } from './world.ts';

const LIMIT_SECONDS = 300;
const NAMES = ['mchid', 'nonce_str', 'serial_no', 'signature', 'timestamp'] as const;
const LIST = /^[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*$/;

type Items = Readonly<Record<(typeof NAMES)[number], string>>;
export type Authorized = { readonly merchant: Merchant } | { readonly refusal: Answer };

/** The five items in any order, each exactly once and nothing else; `undefined` for anything malformed. */
export function parseItems(list: string): Items | undefined {
  if (!LIST.test(list)) return undefined;
  const items = [...list.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);
  const names = items.map(([name]) => name).sort();
  if (names.join() !== NAMES.join()) return undefined;
  return Object.fromEntries(items) as Items;
}

/**
 * Who sends this and whether they signed exactly these bytes. Fills in the caller's side of the call record.
 * The order of the checks is the real server's as far as it is known: the clock before the signature.
 */
export function authorize(call: Call, { merchants, strictness, clock }: World): Authorized {
  const read = parse(call.headers['authorization'] ?? '');
  if ('refusal' in read) {
    held(call, 'authorization', read.refusal);
    return read;
  }
  const { items } = read;
  held(call, 'authorization', undefined);
  call.mchid = items.mchid;
  call.nonce = items.nonce_str;
  call.timestamp = items.timestamp;
  call.serial = items.serial_no;
  const merchant = merchants.find(items.mchid);
  if (!merchant) {
    const refusal = signError('商户未申请过证书', at('mchid', 'unknown merchant'));
    held(call, 'certificate', refusal);
    return { refusal };
  }
  const refusal = checkItems(call, items, merchant, { strictness, clock });
  return refusal ? { refusal } : { merchant };
}

function checkItems(
  call: Call,
  items: Items,
  merchant: Merchant,
  { strictness, clock }: Pick<World, 'strictness' | 'clock'>,
): Answer | undefined {
  const now = clock();
  const certificate = merchant.certificates.get(readSerial(items.serial_no, strictness));
  if (certificate) call.serial = certificate.serial;
  const refusal =
    held(call, 'certificate', checkCertificate(certificate, now)) ??
    held(call, 'clock', checkTimestamp(items.timestamp, now)) ??
    held(call, 'nonce', checkNonce(items.nonce_str, merchant)) ??
    held(call, 'signature', checkSignature(call, items, certificate));
  // Only now: a stranger must not be able to use up a merchant's nonces.
  if (!refusal && strictness.refusesUsedNonces) merchant.nonces.add(items.nonce_str);
  return refusal;
}

function parse(header: string): { readonly items: Items } | { readonly refusal: Answer } {
  const [, scheme, list = ''] = /^(\S+) (.*)$/.exec(header) ?? [];
  if (scheme && scheme !== SCHEME) return { refusal: signError('Http头Authorization认证类型不正确') };
  const items = parseItems(list);
  return items ? { items } : { refusal: malformed() };
}

const malformed = (detail?: unknown) =>
  signError('Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》', detail);

function checkCertificate(certificate: MerchantCertificate | undefined, now: number): Answer | undefined {
  if (!certificate || certificate.notBefore > now) {
    return signError(
      '商户证书序列号有误。请使用签名私钥匹配的证书序列号',
      at('serial_no', 'serial not match'),
    );
  }
  return certificate.notAfter < now ? signError('商户证书已过期', at('serial_no', 'expired')) : undefined;
}

function checkTimestamp(timestamp: string, now: number): Answer | undefined {
  if (!/^[1-9]\d{0,11}$/.test(timestamp)) return malformed(at('timestamp', 'not a number'));
  return Math.abs(Math.floor(now / 1000) - Number(timestamp)) > LIMIT_SECONDS
    ? signError(
        'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟',
        at('timestamp', 'too far off'),
      )
    : undefined;
}

// None is remembered unless wanted: the real server is not known to.
function checkNonce(nonce: string, merchant: Merchant): Answer | undefined {
  if (!/^[\x21-\x7e]{1,128}$/.test(nonce)) return malformed(at('nonce_str', 'length'));
  return merchant.nonces.has(nonce)
    ? signError('Http头Authorization中的nonce_str重复', at('nonce_str', 'used before'))
    : undefined;
}

function checkSignature(
  call: Call,
  items: Items,
  certificate: MerchantCertificate | undefined,
): Answer | undefined {
  const head = `${call.method}\n${call.path}\n${items.timestamp}\n${items.nonce_str}\n`;
  const body = signedBody(call);
  const message = Buffer.concat([Buffer.from(head, 'latin1'), body, Buffer.from('\n')]);
  const signature = Buffer.from(items.signature, 'base64');
  // Node decodes base64 leniently; the real server need not.
  const canonical = signature.toString('base64') === items.signature;
  if (certificate && canonical && verify('sha256', message, certificate.publicKey, signature))
    return undefined;
  return signError('错误的签名，验签失败', {
    detail: { issue: 'sign not match' },
    field: 'signature',
    location: 'authorization',
    sign_information: {
      method: call.method,
      url: call.path,
      // The real server shows the first eight characters of the body.
      truncated_sign_message: `${head}${body.toString().slice(0, 8)}\n`,
      sign_message_length: message.length,
    },
  });
}

const at = (field: string, issue: string) => ({ detail: { issue }, field, location: 'authorization' });
