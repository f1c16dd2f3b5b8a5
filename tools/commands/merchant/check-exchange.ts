import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { parseNetwork } from '../../../lib/config.ts';
import { asPresignError, type PresignError } from '../../../lib/errors.ts';
import { createKmsSigner } from '../../../lib/merchants/kms-signer.ts';
import { merchantOf } from '../../../lib/merchants/merchant.ts';
import type { MerchantRecord } from '../../../lib/merchants/record.ts';
import { createClient, type Operation } from '../../../lib/wechatpay/client.ts';
import { createExchange, type Exchange, type Merchant } from '../../../lib/wechatpay/exchange.ts';
import { encryptionKey, type PlatformKeys, platformKeys } from '../../../lib/wechatpay/platform-keys.ts';
import { createTransport } from '../../../lib/wechatpay/transport.ts';
import { explain } from '../../explain.ts';
import { budget, checkApiV3Key } from './check-api-v3-key.ts';
import { type Finding, fail, ok, warn } from './check-finding.ts';
import { checkNotification } from './check-notification.ts';
import type { Context } from './context.ts';

/** WeChat Pay's own words, of a refusal that callers are told nothing of. */
const said = ({ cause }: PresignError): string =>
  cause instanceof Error ? `WeChat Pay said ${cause.name}: ${cause.message}` : 'WeChat Pay did not say why';

const CLOCKS = 'the clock here and WeChat Pay’s are more than five minutes apart';
const PROVEN = ok('signature', 'key, certificate serial and merchant number belong together');

/** What a call that did not succeed says of the signature. */
const describeRefusal = (error: PresignError): Finding => {
  switch (error.reason) {
    case 'signature_refused':
      return fail(
        'signature',
        'WeChat Pay refuses the signature (401): the merchant certificate has ended, was revoked or replaced, or key, ' +
          `certificate serial and merchant number do not belong together. ${said(error)}`,
      );
    case 'clock_off':
      return fail(
        'signature',
        `WeChat Pay refuses the signature (401), for ${CLOCKS}: set the clock here. ${said(error)}`,
      );
    case 'permission_missing':
      return warn('signature', `WeChat Pay refused the call, which proves nothing. ${said(error)}`);
    case 'wechatpay_refused':
      return warn(
        'signature',
        `WeChat Pay refused the call: ${error.status} ${error.code}, ${error.message}`,
      );
    case 'wechatpay_server_error':
      return warn('signature', 'WeChat Pay answered with a server error: nothing is proven');
    default:
      return fail('signature', explain(error));
  }
};

const describeUnverified = ({ reason }: PresignError): string => {
  if (reason === 'verification_unknown_serial')
    return 'the answer is signed with a platform key that is not stored';
  return reason === 'verification_timestamp'
    ? CLOCKS
    : 'the answer does not verify with the stored platform keys';
};

const judgeFailure = (error: PresignError, keyId: string): Finding[] => {
  // The signature is looked at before anything else.
  if (error.reason === 'platform_key_refused')
    return [
      PROVEN,
      fail('encryption', `WeChat Pay does not take what is encrypted with ${keyId}. ${said(error)}`),
    ];
  if (error.reason.startsWith('verification_')) return [PROVEN, fail('answers', describeUnverified(error))];
  return [describeRefusal(error)];
};

/**
 * WeChat Pay's own self-test (https://pay.weixin.qq.com/doc/v3/partner/4015139289). Its answer also has a text encrypted
 * for the merchant; a key in KMS that signs cannot decrypt, so that is left alone.
 */
const ECHO: Operation = {
  path: '/v3/security/echo',
  sensitive: [['encrypted_echo_message']],
  response: z.looseObject({ echo_message: z.string() }),
  documented: [['echo_message']],
};

const echo = async (
  merchant: Merchant,
  exchange: Exchange,
  now: () => number,
  notify_url: string | undefined,
): Promise<Finding[]> => {
  const client = createClient(exchange, now);
  const body = {
    echo_message: randomUUID(),
    encrypted_echo_message: randomUUID(),
    ...(notify_url !== undefined && { notify_url }),
  };
  const sealed = await client.seal(merchant, ECHO, { body });
  try {
    const { documented } = await client.send(merchant, ECHO, { body }, sealed, budget());
    const { echo_message } = JSON.parse(documented) as { echo_message: string };
    const answers =
      echo_message === body.echo_message
        ? ok('answers', 'the answer verifies with the stored platform keys')
        : fail('answers', 'the answer is that of another call: something stands between here and WeChat Pay');
    return [
      PROVEN,
      ok('encryption', `WeChat Pay decrypts what is encrypted with ${sealed.platformKeyId}`),
      answers,
    ];
  } catch (error) {
    return judgeFailure(asPresignError(error), sealed.platformKeyId);
  }
};

/**
 * Proves, by calls that change nothing, that WeChat Pay and the registry agree about the merchant; with the URL of its
 * notifications also that those arrive.
 */
export const checkExchange = async (
  context: Context,
  record: MerchantRecord,
  keys: PlatformKeys,
  notifyUrl: string | undefined,
): Promise<Finding[]> => {
  const { hosts, timeoutMs } = parseNetwork(context.env);
  const { now } = context;
  const sign = createKmsSigner(context.kms);
  const exchange = createExchange({ send: createTransport(hosts, { ...context.env }), timeoutMs, now });
  const ask = async (known: PlatformKeys): Promise<Finding[]> => {
    const once = () => echo(merchantOf(record, known, sign), exchange, now, notifyUrl);
    return notifyUrl === undefined ? once() : checkNotification(context, record.mchid, once);
  };
  const openApiV3Key = () => checkApiV3Key(context, merchantOf(record, keys, sign), record, exchange);

  if (encryptionKey(keys, now()) === undefined) {
    // A Lambda fetches certificates then.
    const { finding, certificates } = await openApiV3Key();
    const known = new Map([...keys, ...platformKeys(certificates)]);
    if (encryptionKey(known, now()) !== undefined) return [...(await ask(known)), finding];
    return [warn('signature', 'not tried, for there is no platform key to encrypt with'), finding];
  }
  const findings = await ask(keys);
  if (findings.some(({ check, level }) => check === 'signature' && level === 'fail')) return findings;
  return [...findings, (await openApiV3Key()).finding];
};
