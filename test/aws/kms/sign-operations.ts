import { createHash } from 'node:crypto';
import { KmsError } from './errors.ts';
import { optionalChoice, requiredBlob, requiredString } from './input.ts';
import { requireUsable, requireUsage, unsupported, usingKey } from './operation.ts';
import { SIGNING_ALGORITHM, signDigest } from './rsa.ts';

const MESSAGE_TYPES = ['RAW', 'DIGEST'] as const;
const MAX_MESSAGE = 4096;
const DIGEST_BYTES = 32;

export const sign = usingKey((key, { input }) => {
  const message = requiredBlob(input, 'Message', 0, MAX_MESSAGE);
  const algorithm = requiredString(input, 'SigningAlgorithm');
  const raw = optionalChoice(input, 'MessageType', MESSAGE_TYPES) !== 'DIGEST';
  const material = requireUsable(key);
  requireUsage(key, 'SIGN_VERIFY', 'Sign');
  if (algorithm !== SIGNING_ALGORITHM || material.kind !== 'rsa') throw unsupported(`Sign with ${algorithm}`);
  if (!raw && message.length !== DIGEST_BYTES)
    throw new KmsError('ValidationException', `Digest is invalid length for algorithm ${algorithm}.`);
  const digest = raw ? createHash('sha256').update(message).digest() : message;
  const signature = signDigest(material.privateKey, digest);
  return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: algorithm };
});
