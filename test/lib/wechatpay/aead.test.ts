import { createCipheriv } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { openSealed } from '../../../lib/wechatpay/aead.ts';

const KEY = Buffer.alloc(32, 7);
const NONCE = 'abcdefghijkl';
const AAD = 'certificate';

const seal = (text: string, tagBytes: number) => {
  const cipher = createCipheriv('aes-256-gcm', KEY, NONCE, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(AAD));
  const sealed = Buffer.concat([
    cipher.update(text),
    cipher.final(),
    cipher.getAuthTag().subarray(0, tagBytes),
  ]);
  return { nonce: NONCE, associated_data: AAD, ciphertext: sealed.toString('base64') };
};

it('opens what was sealed with the whole tag, an empty text too', () => {
  for (const text of ['', '-----BEGIN CERTIFICATE-----'])
    expect(openSealed(seal(text, 16), KEY).toString()).toBe(text);
});

// The first bytes of a right tag are a right short tag, and four of them can be guessed.
it.each([0, 4, 8, 12, 13, 14, 15])('takes no tag of %i bytes', (bytes) => {
  expect(() => openSealed(seal('', bytes), KEY)).toThrow();
});
