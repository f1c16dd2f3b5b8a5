import type { MerchantItem } from '../../../lib/merchants/record.ts';
import { confirm } from '../../terminal.ts';
import { type Context, itemOf, type MerchantCommand, write } from './context.ts';
import { scheduleDeletion } from './kms-keys.ts';
import { visibleKey } from './kms-visible.ts';

const RETIRE_DAYS = 30;

const consequenceOf = (inUse: boolean, gone: boolean): string => {
  if (inUse) return 'It is in use again, so only the record of it is removed.';
  if (gone)
    return 'KMS does not show it: it was deleted, or is in another account or region. Only the record of it is removed.';
  return `The key will be deleted in ${RETIRE_DAYS} days and signs nothing from now on.`;
};

type Previous = NonNullable<MerchantItem['previous']>;

/** What becomes of a previous pair; `sentence` asks whether it is to. */
const fateOf = async (context: Context, item: MerchantItem, previous: Previous) => {
  const arn = previous.signing_key_arn;
  const inUse = [item.signing_key_arn, item.pending_signing_key_arn].includes(arn);
  const gone = !inUse && (await visibleKey(context, arn)) === undefined;
  const sentence = `Previous key of merchant ${item.mchid}: ${arn} (certificate ${previous.certificate_serial}). ${consequenceOf(inUse, gone)}`;
  return { arn, deleted: !inUse && !gone, sentence };
};

const API_V3_KEY_GOES = 'The previous APIv3 key is forgotten, and opens no notification any more.';

export const retire: MerchantCommand = {
  help: `Schedules the previous key for deletion in ${RETIRE_DAYS} days (until then it can be saved, but it signs nothing any more) and forgets the
previous pair, and the previous APIv3 key. Lambdas keep a pair in memory for some minutes: wait at least an hour after the switch; after
a change of the APIv3 key wait two weeks, for notifications sealed with the old one were seen a week later.`,
  mchid: 'required',
  changes: true,
  run: async (context, { mchid }) => {
    const item = await itemOf(context, mchid);
    const { previous, previous_api_v3_key } = item;
    if (previous === undefined && previous_api_v3_key === undefined) {
      const lines = [`Merchant ${mchid} has no previous key; there is nothing to retire.`];
      return { ok: true, lines, json: { mchid, changed: false } };
    }
    const fate = previous && (await fateOf(context, item, previous));
    const question = [fate?.sentence, previous_api_v3_key && API_V3_KEY_GOES].filter(Boolean).join(' ');
    await confirm(context, question);
    if (fate?.deleted) await scheduleDeletion(context, fate.arn, RETIRE_DAYS);
    await write(context, item, { previous: undefined, previous_api_v3_key: undefined });
    return {
      ok: true,
      lines: [`Merchant ${mchid} has no previous key any more.`],
      notes: previous ? [`Revoke certificate ${previous.certificate_serial} on the merchant platform.`] : [],
      json: {
        mchid,
        ...(previous ? { retired: previous, deleted: fate?.deleted } : {}),
        api_v3_key_retired: previous_api_v3_key !== undefined,
        changed: true,
      },
    };
  },
};
