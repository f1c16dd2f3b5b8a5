import { confirm } from '../../terminal.ts';
import { itemOf, type MerchantCommand, write } from './context.ts';
import { scheduleDeletion } from './kms-keys.ts';
import { visibleKey } from './kms-visible.ts';

const RETIRE_DAYS = 30;

const consequenceOf = (inUse: boolean, gone: boolean): string => {
  if (inUse) return 'It is in use again, so only the record of it is removed.';
  if (gone)
    return 'KMS does not show it: it was deleted, or is in another account or region. Only the record of it is removed.';
  return `The key will be deleted in ${RETIRE_DAYS} days and signs nothing from now on.`;
};

export const retire: MerchantCommand = {
  name: 'retire',
  summary: 'let the key before the last rotation go',
  help: `Schedules the previous key for deletion in ${RETIRE_DAYS} days (until then it can be saved, but it signs nothing any more) and forgets the
previous pair. Lambdas keep a pair in memory for some minutes: wait at least an hour after the switch.`,
  mchid: 'required',
  changes: true,
  run: async (context, { mchid }) => {
    const item = await itemOf(context, mchid);
    const { previous } = item;
    if (previous === undefined) {
      const lines = [`Merchant ${mchid} has no previous key; there is nothing to retire.`];
      return { ok: true, lines, json: { mchid, changed: false } };
    }
    const arn = previous.signing_key_arn;
    const inUse = [item.signing_key_arn, item.pending_signing_key_arn].includes(arn);
    const gone = !inUse && (await visibleKey(context, arn)) === undefined;
    const consequence = consequenceOf(inUse, gone);
    const question = `Previous key of merchant ${mchid}: ${arn} (certificate ${previous.certificate_serial}). ${consequence}`;
    await confirm(context, question);
    const deleted = !inUse && !gone;
    if (deleted) await scheduleDeletion(context, arn, RETIRE_DAYS);
    await write(context, item, { previous: undefined });
    return {
      ok: true,
      lines: [`Merchant ${mchid} has no previous key any more.`],
      notes: [`Revoke certificate ${previous.certificate_serial} on the merchant platform.`],
      json: { mchid, retired: previous, deleted, changed: true },
    };
  },
};
