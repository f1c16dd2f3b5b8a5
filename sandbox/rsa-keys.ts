import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** A new RSA key pair, made off the main thread: that takes from a fifth of a second to seconds. @param bits of the modulus. */
export const generateRsaKeys = (bits: number) => generate('rsa', { modulusLength: bits });
