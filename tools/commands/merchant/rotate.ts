import { isComplete } from '../../../lib/merchants/record.ts';
import { Failure, UsageError } from '../../explain.ts';
import { forStage, itemOf, type MerchantCommand } from './context.ts';
import { importOptions, importPair } from './import-key.ts';
import { pendingKey, requireRoomForPrevious } from './pending.ts';

export const rotate: MerchantCommand = {
  help: `Makes a new key beside the one in use, which goes on signing. Then: csr (for the new key), have the certificate issued, and
set-certificate, which switches key and certificate in one write and keeps the old pair as previous. When all is well: retire.
With --key-file and --certificate-file the new key is imported instead, and the switch happens at once.`,
  mchid: 'required',
  options: importOptions,
  changes: true,
  run: async (context, given) => {
    const { mchid } = given;
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
    const line = (command: string): string => forStage(context, command);
    return {
      ok: true,
      lines: [
        `Merchant ${mchid} goes on signing with ${item.signing_key_arn}.`,
        `The new key ${reused ? 'is there already' : 'was made'}: ${arn}`,
      ],
      notes: [
        `1. ${line(`csr ${mchid} --out ${mchid}.csr`)}, and have the merchant platform issue a certificate for it.`,
        `2. ${line(`set-certificate ${mchid} --certificate-file apiclient_cert.pem`)}: the switch, in one write.`,
        `3. ${line(`check ${mchid}`)}; when all is well for a while, ${line(`retire ${mchid}`)}.`,
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
