import type { X509Certificate } from 'node:crypto';
import { isComplete, type MerchantChanges, type MerchantItem } from '../../../lib/merchants/record.ts';
import type { Outcome } from '../../output.ts';
import { confirm } from '../../terminal.ts';
import { type Context, forStage, write } from './context.ts';

/** What one write must change so that the merchant signs with this certificate and key from then on. */
const changesFor = (item: MerchantItem, certificate: X509Certificate, arn: string): MerchantChanges => {
  const { certificate_serial, signing_key_arn } = item;
  // A renewed certificate of the same key leaves no key behind: naming it as previous would get it deleted.
  const replaced = isComplete(item) && signing_key_arn !== arn;
  return {
    certificate_serial: certificate.serialNumber,
    signing_key_arn: arn,
    certificate_not_after: certificate.validToDate.toISOString(),
    ...(item.pending_signing_key_arn === arn ? { pending_signing_key_arn: undefined } : {}),
    ...(replaced && certificate_serial !== undefined && signing_key_arn !== undefined
      ? { previous: { certificate_serial, signing_key_arn } }
      : {}),
  };
};

const hasPair = (item: MerchantItem, certificate: X509Certificate, arn: string): boolean =>
  item.certificate_serial === certificate.serialNumber &&
  item.signing_key_arn === arn &&
  item.certificate_not_after === certificate.validToDate.toISOString() &&
  item.pending_signing_key_arn !== arn;

const nextSteps = (context: Context, item: MerchantItem, rotated: boolean): string[] => {
  const { mchid, api_v3_key, platform_keys } = item;
  const keyless = api_v3_key === undefined && Object.keys(platform_keys).length === 0;
  const line = (name: string): string => forStage(context, `${name} ${mchid}`);
  return [
    keyless
      ? `Next: ${line('set-public-key')}, or ${line('set-api-v3-key')}; then ${line('check')}.`
      : `Next: ${line('check')}.`,
    ...(rotated
      ? [
          `Lambdas use the new pair within minutes. When all is well for a while: ${line('retire')}, and revoke the old certificate.`,
        ]
      : []),
  ];
};

/** Makes certificate and key the merchant's pair; a pair before it becomes `previous`. */
export const installPair = async (
  context: Context,
  item: MerchantItem,
  certificate: X509Certificate,
  arn: string,
): Promise<Outcome> => {
  const { mchid } = item;
  const { serialNumber: certificate_serial } = certificate;
  const json = { mchid, certificate_serial, signing_key_arn: arn };
  if (hasPair(item, certificate, arn)) {
    const lines = [`Merchant ${mchid} signs with certificate ${certificate_serial} already.`];
    return { ok: true, lines, json: { ...json, changed: false } };
  }
  const changes = changesFor(item, certificate, arn);
  // Nothing but the merchant platform knows a serial that is overwritten; a rotation keeps it as previous.
  if (item.signing_key_arn === arn && item.certificate_serial !== certificate_serial) {
    const end = certificate.validToDate.toISOString();
    const question =
      `Merchant ${mchid} signs with certificate ${item.certificate_serial} (ends ${item.certificate_not_after ?? 'unknown'}). ` +
      `It will be replaced by ${certificate_serial} (ends ${end}) of the same key.`;
    await confirm(context, question);
  }
  await write(context, item, changes);
  const previous = changes.previous === undefined ? {} : { previous: changes.previous };
  return {
    ok: true,
    lines: [`Merchant ${mchid} signs with certificate ${certificate_serial} and key ${arn} from now on.`],
    notes: nextSteps(context, item, changes.previous !== undefined),
    json: { ...json, ...previous, changed: true },
  };
};
