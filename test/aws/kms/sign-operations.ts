import { KmsError } from './errors.ts';
import { type Input, optionalChoice, requiredBlob, requiredChoice } from './input.ts';
import type { KmsKey } from './keys.ts';
import { incompatible, requireUsable, requireUsage, usingKey } from './operation.ts';
import { digestLength, digestOf, RSA_SIGNING_ALGORITHMS, signDigest, verifyDigest } from './rsa.ts';

/** Known to AWS, but of no RSA key. */
const OTHER_ALGORITHMS = [
  'ECDSA_SHA_256',
  'ECDSA_SHA_384',
  'ECDSA_SHA_512',
  'ED25519_PH_SHA_512',
  'ED25519_SHA_512',
  'ML_DSA_SHAKE_256',
  'SM2DSA',
] as const;
const ALGORITHMS = [...RSA_SIGNING_ALGORITHMS, ...OTHER_ALGORITHMS] as const;
export const MESSAGE_TYPES = ['RAW', 'DIGEST'] as const;
const MAX_MESSAGE = 4096;
const MAX_SIGNATURE = 6144;

const read = (key: KmsKey, input: Input, operation: string) => {
  const message = requiredBlob(input, 'Message', 0, MAX_MESSAGE);
  const wanted = requiredChoice(input, 'SigningAlgorithm', ALGORITHMS);
  const messageType = optionalChoice(input, 'MessageType', MESSAGE_TYPES) ?? 'RAW';
  const material = requireUsable(key);
  requireUsage(key, 'SIGN_VERIFY', operation);
  const algorithm = RSA_SIGNING_ALGORITHMS.find((name) => name === wanted);
  if (algorithm === undefined || material.kind !== 'rsa') throw incompatible(wanted, key);
  if (messageType === 'DIGEST' && message.length !== digestLength(algorithm)) {
    throw new KmsError('ValidationException', `Digest is invalid length for algorithm ${algorithm}.`);
  }
  const digest = messageType === 'DIGEST' ? message : digestOf(algorithm, message);
  return { algorithm, digest, material };
};

export const sign = usingKey((key, { input }) => {
  const { algorithm, digest, material } = read(key, input, 'Sign');
  const signature = signDigest(material.privateKey, algorithm, digest);
  return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: algorithm };
});

export const verify = usingKey((key, { input }) => {
  const signature = requiredBlob(input, 'Signature', 1, MAX_SIGNATURE);
  const { algorithm, digest, material } = read(key, input, 'Verify');
  if (!verifyDigest(material.publicKey, algorithm, digest, signature)) {
    throw new KmsError('KMSInvalidSignatureException');
  }
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: algorithm };
});
