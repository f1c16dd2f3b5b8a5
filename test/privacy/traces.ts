import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { endpointsIn, exampleOf } from '../../lib/endpoints.ts';

export const MCHID = '1900000001';

/** Personal data that nobody has: wherever a piece of it turns up, it came from these requests. */
export const NAME = '金丝雀雀雀';
export const ID = 'CANARY19900307757X';
export const CARD = '6222CANARY4567890128';
export const PHONE = '138CANARY00';

/** To be preloaded into a Lambda: makes the encryption throw an error that quotes what it was given. */
export const LEAKY_CRYPTO = fileURLToPath(new URL('../support/leaky-crypto.mjs', import.meta.url));

/** In any dress in which it might slip out. */
const TRACES = [NAME, ID, CARD, PHONE, 'CANARY'].flatMap((mark) => {
  const bytes = Buffer.from(mark);
  const escaped = JSON.stringify(mark).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
  const dresses = [mark, escaped.slice(1, -1), encodeURIComponent(mark), bytes.toString('hex')];
  return [...dresses, bytes.toString('base64').replace(/=+$/, '').slice(0, -1)];
});

export const expectNoTrace = (text: string): void => {
  for (const trace of TRACES) expect(text).not.toContain(trace);
};

/** The endpoint with most personal data. */
export const campusEndpoint = async () => {
  const campus = (await endpointsIn()).find(({ name }) => name === 'eduschoolpayContractsPresign');
  if (campus === undefined) throw new Error('the campus endpoint is gone');
  const body = {
    ...(exampleOf(campus.request) as object),
    identity: { real_name: NAME, credential_type: 'IDENTITY_CARD', id_card_number: ID },
    bank_card: { bank_card_no: CARD, phone: PHONE },
  };
  return { campus, body };
};
