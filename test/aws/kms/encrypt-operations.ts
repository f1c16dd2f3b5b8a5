import { KmsError } from './errors.ts';
import { optionalString, requiredBlob, stringMap } from './input.ts';
import type { KeyStore } from './key-store.ts';
import type { KmsKey } from './keys.ts';
import { type Operation, requireUsable, requireUsage, unsupported, usingKey } from './operation.ts';
import { open, seal, sealedWith } from './symmetric.ts';

const MAX_PLAINTEXT = 4096;
const MAX_CIPHERTEXT = 6144;

const secretOf = (key: KmsKey, operation: string): Buffer => {
  const material = requireUsable(key);
  requireUsage(key, 'ENCRYPT_DECRYPT', operation);
  if (material.kind !== 'symmetric') throw unsupported(`${operation} with an RSA key`);
  return material.secret;
};

export const encrypt = usingKey((key, { input }) => {
  const plaintext = requiredBlob(input, 'Plaintext', 1, MAX_PLAINTEXT);
  const context = stringMap(input, 'EncryptionContext') ?? {};
  const blob = seal(secretOf(key, 'Encrypt'), key.keyId, plaintext, context);
  return {
    KeyId: key.arn,
    CiphertextBlob: blob.toString('base64'),
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
});

const keyOfBlob = (store: KeyStore, keyId: string): KmsKey => {
  const key = store.list().find((candidate) => candidate.keyId === keyId);
  if (key !== undefined) return key;
  const message =
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.';
  throw new KmsError('AccessDeniedException', message);
};

export const decrypt: Operation = {
  on: 'key',
  find: ({ input, store }) => {
    const sealedBy = sealedWith(requiredBlob(input, 'CiphertextBlob', 1, MAX_CIPHERTEXT));
    const named = optionalString(input, 'KeyId');
    if (named !== undefined && store.byReference(named).keyId !== sealedBy) {
      const message = 'The key ID in the request does not identify a CMK that can perform this operation.';
      throw new KmsError('IncorrectKeyException', message);
    }
    return keyOfBlob(store, sealedBy);
  },
  run: (key, { input }) => {
    const blob = requiredBlob(input, 'CiphertextBlob', 1, MAX_CIPHERTEXT);
    const plaintext = open(secretOf(key, 'Decrypt'), blob, stringMap(input, 'EncryptionContext') ?? {});
    return {
      KeyId: key.arn,
      Plaintext: plaintext.toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },
};
