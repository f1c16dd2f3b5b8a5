import { createCipheriv } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { openSealed } from '../../../lib/wechatpay/aead.ts';

const KEY = Buffer.alloc(32, 7);
const NONCE = 'abcdefghijkl';

const seal = (text: string, tagBytes = 16, associated_data: string | null = 'certificate') => {
  const cipher = createCipheriv('aes-256-gcm', KEY, NONCE, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(associated_data ?? ''));
  const sealed = Buffer.concat([
    cipher.update(text),
    cipher.final(),
    cipher.getAuthTag().subarray(0, tagBytes),
  ]);
  return { nonce: NONCE, associated_data, ciphertext: sealed.toString('base64') };
};

it('opens what was sealed with the whole tag, an empty text too', () => {
  for (const text of ['', '-----BEGIN CERTIFICATE-----'])
    expect(openSealed(seal(text), KEY).toString()).toBe(text);
  expect(openSealed(seal('without associated data', 16, null), KEY).toString()).toContain('without');
});

// The first bytes of a right tag are a right short tag, and four of them can be guessed.
it.each([0, 4, 8, 12, 13, 14, 15])('takes no tag of %i bytes', (bytes) => {
  expect(() => openSealed(seal('', bytes), KEY)).toThrow();
});
