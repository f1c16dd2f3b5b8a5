import { type KeyObject, verify } from 'node:crypto';
import { createKmsSigner } from '../../lib/merchants/kms-signer.ts';
import { Failure } from '../failure.ts';
import { isUnsettled, type Kms, onceVisible } from './kms-visible.ts';

/** Signs in KMS, and believes nothing but what `publicKey` verifies. @throws Failure */
export const signInKms = async (
  access: Kms,
  { mchid, arn, publicKey }: { mchid: string; arn: string; publicKey: KeyObject },
  message: Buffer,
): Promise<Buffer> => {
  const sign = createKmsSigner(access.kms);
  // Nothing but the signature is used, so no serial is needed.
  const pair = { mchid, certificateSerial: '', signingKeyArn: arn };
  const { signature } = await onceVisible(access, arn, () => sign(pair, message), isUnsettled);
  const bytes = Buffer.from(signature, 'base64');
  if (verify('sha256', message, publicKey, bytes)) return bytes;
  throw new Failure(
    `what KMS signed with ${arn} does not verify with the public key that belongs to it; nothing was changed. Run again.`,
  );
};
