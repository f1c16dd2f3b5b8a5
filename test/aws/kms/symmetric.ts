import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { KmsError } from './errors.ts';

const VERSION = 1;
const HEADER_BYTES = 1 + 36;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Pairs sorted by name, so that the order in which a client happens to list them does not matter. */
const canonicalContext = (context: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1)));

const authenticated = (header: Buffer, context: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat([header, Buffer.from(canonicalContext(context), 'utf8')]);

/** AES-256-GCM; the blob is version ‖ key id ‖ iv ‖ tag ‖ ciphertext, the header and context authenticated. */
export const seal = (
  secret: Buffer,
  keyId: string,
  plaintext: Buffer,
  context: Readonly<Record<string, string>>,
): Buffer => {
  const header = Buffer.concat([Buffer.of(VERSION), Buffer.from(keyId, 'latin1')]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(authenticated(header, context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, iv, cipher.getAuthTag(), sealed]);
};

/** The id of the key a blob was made with: how Decrypt finds the key when the caller names none. */
export const sealedWith = (blob: Buffer): string => {
  if (blob.length < HEADER_BYTES + IV_BYTES + TAG_BYTES || blob.readUInt8(0) !== VERSION) {
    throw new KmsError('InvalidCiphertextException');
  }
  return blob.toString('latin1', 1, HEADER_BYTES);
};

/** @throws InvalidCiphertextException when the blob was altered or the context is not the one of `seal` */
export const open = (secret: Buffer, blob: Buffer, context: Readonly<Record<string, string>>): Buffer => {
  const header = blob.subarray(0, HEADER_BYTES);
  const tagAt = HEADER_BYTES + IV_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', secret, blob.subarray(HEADER_BYTES, tagAt), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(authenticated(header, context)).setAuthTag(blob.subarray(tagAt, tagAt + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(blob.subarray(tagAt + TAG_BYTES)), decipher.final()]);
  } catch {
    throw new KmsError('InvalidCiphertextException');
  }
};
