import { parseNetwork } from '../../../lib/config.ts';
import { asPresignError, type PresignError } from '../../../lib/errors.ts';
import { createKmsSigner } from '../../../lib/merchants/kms-signer.ts';
import { merchantOf } from '../../../lib/merchants/merchant.ts';
import type { MerchantRecord } from '../../../lib/merchants/record.ts';
import { saysNoCertificates } from '../../../lib/wechatpay/certificates.ts';
import { createExchange, type Merchant } from '../../../lib/wechatpay/exchange.ts';
import { encryptionKey, type PlatformKeys } from '../../../lib/wechatpay/platform-keys.ts';
import { createTransport, type Send } from '../../../lib/wechatpay/transport.ts';
import { claimsSignature } from '../../../lib/wechatpay/verifier.ts';
import { explain } from '../../explain.ts';
import { budget, checkApiV3Key } from './check-api-v3-key.ts';
import { type Finding, fail, ok, warn } from './check-finding.ts';
import type { Context } from './context.ts';

/** WeChat Pay's own words, of a refusal that callers are told nothing of. */
const said = ({ cause }: PresignError): string =>
  cause instanceof Error ? `WeChat Pay said ${cause.name}: ${cause.message}` : 'WeChat Pay did not say why';

const unproven = (error: PresignError): Finding[] => {
  switch (error.reason) {
    case 'signature_refused':
      return [
        fail(
          'signature',
          'WeChat Pay refuses the signature (401): the merchant certificate has ended, was revoked or replaced, or key, ' +
            `certificate serial and merchant number do not belong together. ${said(error)}`,
        ),
      ];
    case 'clock_off':
      return [
        fail(
          'signature',
          `WeChat Pay refuses the signature (401), for ${CLOCKS}: set the clock here. ${said(error)}`,
        ),
      ];
    case 'permission_missing':
    case 'platform_key_refused':
      return [warn('signature', `WeChat Pay refused the call, which proves nothing. ${said(error)}`)];
    case 'wechatpay_refused':
      return [
        warn('signature', `WeChat Pay refused the call: ${error.status} ${error.code}, ${error.message}`),
      ];
    case 'wechatpay_server_error':
      return [
        warn(
          'signature',
          'WeChat Pay answered with a server error, as it does to some merchants without platform certificates: nothing is proven',
        ),
      ];
    default:
      return [fail('signature', explain(error))];
  }
};

const CLOCKS = 'the clock here and WeChat Pay’s are more than five minutes apart';
const PROVEN = ok('signature', 'key, certificate serial and merchant number belong together');

const verdict = (error: PresignError, signed: boolean, keys: PlatformKeys): Finding[] => {
  if (error.reason.startsWith('verification_')) {
    if (keys.size === 0)
      return [
        PROVEN,
        warn('answers', 'no platform key is stored yet that the answer could be verified with'),
      ];
    const text =
      error.reason === 'verification_unknown_serial'
        ? 'the answer is signed with a platform key that is not stored'
        : error.reason === 'verification_timestamp'
          ? CLOCKS
          : 'the answer does not verify with the stored platform keys';
    return [PROVEN, fail('answers', text)];
  }
  // Having said that there are no certificates, WeChat Pay has accepted the signature.
  if (!saysNoCertificates(error)) return unproven(error);
  return signed
    ? [PROVEN, ok('answers', 'the answer verifies with the stored platform keys')]
    : [PROVEN, warn('answers', 'WeChat Pay did not sign this answer, so the stored keys were not tried')];
};

const probe = async (merchant: Merchant, send: Send, timeoutMs: number, now: () => number) => {
  let signed = false;
  const watching: Send = async (request, options) => {
    const response = await send(request, options);
    signed = claimsSignature(response);
    return response;
  };
  const call = {
    method: 'GET' as const,
    path: '/v3/certificates',
    body: Buffer.alloc(0),
    platformSerial: encryptionKey(merchant.keys(), now())?.id,
    submitted: [],
  };
  try {
    await createExchange({ send: watching, timeoutMs, now })(merchant, { ...call, ...budget() });
    return [PROVEN, ok('answers', 'the answer verifies with the stored platform keys')];
  } catch (error) {
    return verdict(asPresignError(error), signed, merchant.keys());
  }
};

/** Proves, by a signed call that changes nothing, that WeChat Pay and the registry agree about the merchant. */
export const checkExchange = async (
  context: Context,
  record: MerchantRecord,
  keys: PlatformKeys,
): Promise<Finding[]> => {
  const { hosts, timeoutMs } = parseNetwork(context.env);
  const merchant = merchantOf(record, keys, createKmsSigner(context.kms));
  const send = createTransport(hosts, { ...context.env });
  const findings = await probe(merchant, send, timeoutMs, context.now);
  if (findings.some(({ check, level }) => check === 'signature' && level === 'fail')) return findings;
  const exchange = createExchange({ send, timeoutMs, now: context.now });
  return [...findings, await checkApiV3Key(context, merchant, record, exchange)];
};
