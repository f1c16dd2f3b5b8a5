import { createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';

/** The public half of a key in KMS; `der` is a SubjectPublicKeyInfo. */
export const publicKeyOf = async (
  kms: KMSClient,
  arn: string,
): Promise<{ der: Uint8Array; key: KeyObject }> => {
  const { PublicKey: der } = await kms.send(new GetPublicKeyCommand({ KeyId: arn }));
  if (der === undefined) throw new TypeError('KMS answered without a public key');
  return { der, key: createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }) };
};
