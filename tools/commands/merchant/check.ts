import { isComplete, type MerchantItem, type MerchantRecord } from '../../../lib/merchants/record.ts';
import { encryptionKey, type PlatformKeys, platformKeys } from '../../../lib/wechatpay/platform-keys.ts';
import { explain } from '../../explain.ts';
import { checkExchange } from './check-exchange.ts';
import { expiry, type Finding, fail, ok, warn } from './check-finding.ts';
import { checkKms } from './check-kms.ts';
import { notifyUrlOf } from './check-notification.ts';
import { type Context, itemOf, type MerchantCommand } from './context.ts';
import { allMchids } from './list.ts';

const REFRESH_MS = 24 * 3_600_000;

const checkCompleteness = (item: MerchantItem): Finding[] => {
  const { mchid, pending_signing_key_arn: pending, previous, previous_api_v3_key } = item;
  const next = pending === undefined ? `create-key ${mchid} or import-key ${mchid}` : `csr ${mchid}`;
  const complete = isComplete(item)
    ? ok('complete', 'key and certificate are there')
    : fail('complete', `no certificate and key yet, Lambdas do not see this merchant: ${next}`);
  return [
    complete,
    ...(isComplete(item) && pending !== undefined
      ? [warn('rotation', `a new key waits for its certificate: csr ${mchid}, then set-certificate`)]
      : []),
    ...(previous === undefined
      ? []
      : [warn('rotation', `the key before the last rotation is still there: retire ${mchid}`)]),
    ...(previous_api_v3_key === undefined
      ? []
      : [warn('rotation', `the APIv3 key before the last is still there: retire ${mchid}`)]),
  ];
};

const checkPlatformKeys = (record: MerchantRecord, keys: PlatformKeys, now: number): Finding[] => {
  const certificates = [...keys.values()].filter(({ kind }) => kind === 'CERTIFICATE');
  const usable = encryptionKey(keys, now);
  const choice = usable
    ? ok('platform-keys', `fields are encrypted with ${usable.id}`)
    : record.api_v3_key === undefined
      ? fail('platform-keys', 'no stored key can encrypt')
      : warn('platform-keys', 'no stored key can encrypt; Lambdas fetch certificates when needed');
  // A newer one covers for one that ends, which is what happens in every rotation.
  const longest = Math.max(...certificates.map(({ notAfter }) => notAfter));
  if (certificates.length === 0 || usable?.kind === 'PUBLIC_KEY') return [choice];
  return [choice, expiry('platform-certificate', 'the newest platform certificate', longest, now)];
};

const checkRefresh = ({ api_v3_key, refreshed_at }: MerchantRecord, now: number): Finding[] => {
  if (api_v3_key === undefined) return [];
  if (refreshed_at === undefined) return [warn('refresh', 'platform certificates have never been refreshed')];
  const age = now - Date.parse(refreshed_at);
  if (Number.isNaN(age))
    return [warn('refresh', 'refreshed_at in the registry is not a date: the next refresh writes it anew')];
  const hours = Math.floor(age / 3_600_000);
  const text = `platform certificates were refreshed ${hours} hours ago`;
  return [age > REFRESH_MS ? warn('refresh', text) : ok('refresh', text)];
};

const checkCertificate = ({ certificate_not_after }: MerchantRecord, now: number): Finding => {
  const end = certificate_not_after === undefined ? undefined : Date.parse(certificate_not_after);
  if (end !== undefined && !Number.isNaN(end))
    return expiry('certificate', 'the merchant certificate', end, now);
  const unknown =
    end === undefined
      ? 'it is not known when the merchant certificate ends'
      : 'certificate_not_after in the registry is not a date';
  return warn('certificate', `${unknown}: set-certificate stores that`);
};

/** The keys that can be used, and what is to be said of the others. */
const readKeys = ({ platform_keys }: MerchantItem): { keys: PlatformKeys; findings: Finding[] } => {
  const unusable: string[] = [];
  const keys = platformKeys(platform_keys, undefined, (id) => unusable.push(id));
  const nothingLeft = keys.size === 0;
  const level = nothingLeft ? fail : warn;
  const so = nothingLeft ? 'no pre-sign works' : 'the others are used';
  const text = `a stored platform key cannot be read, or is not RSA with 2048 bits: ${unusable.join(', ')}; ${so}`;
  return { keys, findings: unusable.length > 0 ? [level('platform-keys', text)] : [] };
};

const checkMerchant = async (
  context: Context,
  mchid: string,
  notifyUrl: string | undefined,
): Promise<Finding[]> => {
  const item = await itemOf(context, mchid);
  const completeness = checkCompleteness(item);
  if (!isComplete(item)) return completeness;
  const now = context.now();
  const findings = [...completeness, checkCertificate(item, now), ...(await checkKms(context, item))];
  const { keys, findings: unusable } = readKeys(item);
  findings.push(...unusable);
  if (unusable.some(({ level }) => level === 'fail')) return findings;
  findings.push(...checkPlatformKeys(item, keys, now), ...checkRefresh(item, now));
  const cannotSign = findings.some(({ check, level }) => check === 'key' && level === 'fail');
  return cannotSign ? findings : [...findings, ...(await checkExchange(context, item, keys, notifyUrl))];
};

export const check: MerchantCommand = {
  help: `Looks at everything a pre-sign needs and says what it found, one line each: ok, warn or fail. WeChat Pay's self-test
(POST /v3/security/echo), which changes nothing, proves signature, encryption and verification. Status 1 when anything fails.
WECHATPAY_HOSTS names other hosts than WeChat Pay's own.`,
  mchid: 'optional',
  options: {
    notify: {
      value: 'API',
      text: 'have WeChat Pay notify this API (its origin, https://…), and wait until that is on the bus; up to 90 seconds',
    },
  },
  changes: false,
  run: async (context, { mchid, options }) => {
    const notifyUrl = options['notify'] === undefined ? undefined : notifyUrlOf(options['notify'], mchid);
    const mchids = mchid === '' ? await allMchids(context.registry) : [mchid];
    const merchants: { mchid: string; findings: Finding[] }[] = [];
    for (const one of mchids) {
      // One merchant that cannot be looked at must not hide the others; a single one is what was asked for.
      const findings = await checkMerchant(context, one, notifyUrl).catch((error: unknown) => {
        if (mchid !== '') throw error;
        return [fail('registry', explain(error))];
      });
      merchants.push({ mchid: one, findings });
    }
    const lines = merchants.flatMap(({ mchid: one, findings }) =>
      findings.map(({ level, text }) => `${one}  ${level.padEnd(4)}  ${text}`),
    );
    const failed = merchants.some(({ findings }) => findings.some(({ level }) => level === 'fail'));
    const nothing = [`Stage ${context.stage} has no merchants.`];
    return { ok: !failed, lines: mchids.length > 0 ? lines : nothing, json: { merchants } };
  },
};
