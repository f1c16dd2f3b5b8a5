import { isComplete } from '../../lib/merchants/record.ts';
import { Failure, UsageError } from '../failure.ts';
import { confirm } from '../prompt.ts';
import { type Command, mchidOf } from './command.ts';
import { itemOf, write } from './context.ts';
import { importOptions, importPair } from './import.ts';
import { scheduleDeletion } from './kms-keys.ts';
import { visibleKey } from './kms-visible.ts';
import { pendingKey, requireRoomForPrevious } from './pending.ts';

const RETIRE_DAYS = 30;

export const rotate: Command = {
  summary: 'start using a new key',
  mchid: 'required',
  options: importOptions,
  help: `Makes a new key beside the one in use, which goes on signing. Then: csr (for the new key), have the certificate issued, and
set-certificate, which switches key and certificate in one write and keeps the old pair as previous. When all is well: retire.
With --key-file and --certificate-file the new key is imported instead, and the switch happens at once.`,
  run: async (context, given) => {
    const mchid = mchidOf(given);
    const files = [given.options['key-file'], given.options['certificate-file']];
    const importing = files.some((file) => file !== undefined);
    if (importing && files.includes(undefined))
      throw new UsageError('--key-file and --certificate-file go together.');
    const item = await itemOf(context, mchid);
    if (!isComplete(item))
      throw new Failure(
        `merchant ${mchid} has no key in use yet: create-key or import-key set the first one up.`,
      );
    if (importing) return importPair(context, given);
    requireRoomForPrevious(item);
    const { arn, reused } = await pendingKey(context, item, 'AWS_KMS');
    return {
      ok: true,
      lines: [
        `Merchant ${mchid} goes on signing with ${item.signing_key_arn}.`,
        `The new key ${reused ? 'is there already' : 'was made'}: ${arn}`,
      ],
      notes: [
        `1. csr ${mchid} --out ${mchid}.csr, and have the merchant platform issue a certificate for it.`,
        `2. set-certificate ${mchid} --certificate-file apiclient_cert.pem: the switch, in one write.`,
        `3. check ${mchid}; when all is well for a while, retire ${mchid}.`,
      ],
      json: {
        mchid,
        signing_key_arn: item.signing_key_arn,
        pending_signing_key_arn: arn,
        created: !reused,
      },
    };
  },
};

const consequenceOf = (inUse: boolean, gone: boolean): string => {
  if (inUse) return 'It is in use again, so only the record of it is removed.';
  if (gone)
    return 'KMS does not show it: it was deleted, or is in another account or region. Only the record of it is removed.';
  return `The key will be deleted in ${RETIRE_DAYS} days and signs nothing from now on.`;
};

export const retire: Command = {
  summary: 'let the key before the last rotation go',
  mchid: 'required',
  options: {},
  help: `Schedules the previous key for deletion in ${RETIRE_DAYS} days (until then it can be saved, but it signs nothing any more) and forgets the
previous pair. Lambdas keep a pair in memory for some minutes: wait at least an hour after the switch.`,
  run: async (context, given) => {
    const mchid = mchidOf(given);
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
    await confirm(context.terminal, question, context.yes);
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
