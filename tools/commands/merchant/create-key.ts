import { forStage, itemOf, type MerchantCommand } from './context.ts';
import { pendingKey } from './pending.ts';

export const createKey: MerchantCommand = {
  help: `Makes an RSA-2048 key inside KMS, where it stays: nobody ever has its private half. It is pending until set-certificate.
Run again, it finds the key it made before, also when it was interrupted in between. Next: csr.`,
  mchid: 'required',
  changes: true,
  run: async (context, { mchid }) => {
    const { arn, reused } = await pendingKey(context, await itemOf(context, mchid), 'AWS_KMS');
    return {
      ok: true,
      lines: [
        `Merchant ${mchid} ${reused ? 'has this pending key already' : 'has a new pending key'}: ${arn}`,
      ],
      notes: [`Next: ${forStage(context, `csr ${mchid} --out ${mchid}.csr`)}`],
      json: { mchid, pending_signing_key_arn: arn, created: !reused },
    };
  },
};
