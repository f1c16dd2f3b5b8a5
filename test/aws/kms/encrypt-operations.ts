import { KmsError } from './errors.ts';
import { type Input, optionalChoice, optionalString, requiredBlob, stringMap } from './input.ts';
import type { KeyStore } from './key-store.ts';
import type { KmsKey } from './keys.ts';
import { incompatible, type Operation, requireUsable, requireUsage, usingKey } from './operation.ts';
import { open, seal, sealedWith } from './symmetric.ts';

const ALGORITHMS = ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const;
const MAX_PLAINTEXT = 4096;
const MAX_CIPHERTEXT = 6144;

const secretOf = (key: KmsKey, input: Input, operation: string): Buffer => {
  const algorithm = optionalChoice(input, 'EncryptionAlgorithm', ALGORITHMS) ?? 'SYMMETRIC_DEFAULT';
  const material = requireUsable(key);
  requireUsage(key, 'ENCRYPT_DECRYPT', operation);
  if ((algorithm === 'SYMMETRIC_DEFAULT') !== (material.kind === 'symmetric')) {
    throw incompatible(algorithm, key);
  }
  if (material.kind !== 'symmetric') {
    throw new KmsError('UnsupportedOperationException', `The sandbox has no ${operation} with ${algorithm}`);
  }
  return material.secret;
};

export const encrypt = usingKey((key, { input }) => {
  const plaintext = requiredBlob(input, 'Plaintext', 1, MAX_PLAINTEXT);
  const blob = seal(
    secretOf(key, input, 'Encrypt'),
    key.keyId,
    plaintext,
    stringMap(input, 'EncryptionContext') ?? {},
  );
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
    const plaintext = open(
      secretOf(key, input, 'Decrypt'),
      blob,
      stringMap(input, 'EncryptionContext') ?? {},
    );
    return {
      KeyId: key.arn,
      Plaintext: plaintext.toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },
};
