import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { oncePerRun } from './once.ts';

const generate = promisify(generateKeyPair);
const taken = new Map<number, number>();

/**
 * In the place of sandbox/rsa-keys.ts (jest.config.js): to make the thousand keys of a run took minutes. Within a test file
 * no key comes twice; the next file begins again with the same ones.
 */
export const generateRsaKeys = async (
  bits: number,
): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> => {
  const index = taken.get(bits) ?? 0;
  taken.set(bits, index + 1);
  const folder = await oncePerRun(`RSA key ${index} of ${bits} bits`, async (made) => {
    const { privateKey } = await generate('rsa', { modulusLength: bits });
    await writeFile(join(made, 'key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  });
  const privateKey = createPrivateKey(await readFile(join(folder, 'key.pem')));
  return { privateKey, publicKey: createPublicKey(privateKey) };
};
