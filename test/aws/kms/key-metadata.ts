import { type KmsKey, NO_EXPIRY } from './keys.ts';
import { seconds } from './operation.ts';
import { SIGNING_ALGORITHM } from './rsa.ts';

/** What a key can be used for, as DescribeKey and GetPublicKey tell it. */
export const capabilities = (key: KmsKey) => {
  const common = {
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    KeyUsage: key.usage,
  };
  if (key.usage === 'SIGN_VERIFY') return { ...common, SigningAlgorithms: [SIGNING_ALGORITHM] };
  const oaep = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'];
  return { ...common, EncryptionAlgorithms: key.spec === 'SYMMETRIC_DEFAULT' ? [key.spec] : oaep };
};

/** `KeyMetadata` of the KMS API. */
export const metadata = (key: KmsKey) => ({
  // The account is the fifth part of arn:partition:kms:region:account:key/id.
  AWSAccountId: key.arn.split(':')[4],
  Arn: key.arn,
  KeyId: key.keyId,
  CreationDate: seconds(key.createdAt),
  Description: key.description,
  Enabled: key.state === 'Enabled',
  KeyState: key.state,
  KeyManager: 'CUSTOMER',
  MultiRegion: false,
  Origin: key.origin,
  ...capabilities(key),
  ...(key.origin === 'EXTERNAL' && key.material !== undefined ? { ExpirationModel: NO_EXPIRY } : {}),
});
