import { fault } from './errors.ts';
import { NOT_UTF8 } from './rules.ts';
import { isDamaged } from './schema.ts';

/** A byte order mark before a JSON text may be dropped (RFC 8259, 8.1); JSON.parse takes none. */
export const withoutBom = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

const notUtf8 = () => fault('PARAM_ERROR', 'request_invalid', { said: NOT_UTF8 });

const decodeBase64 = (body: string): string => {
  try {
    // Decoding leniently would put replacement characters into somebody's name.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(body, 'base64'));
  } catch {
    throw notUtf8();
  }
};

/** The text of an HTTP body. @throws PresignError PARAM_ERROR when not all of it is text. */
export const decodeText = (body: string, isBase64Encoded: boolean): string => {
  const text = isBase64Encoded ? decodeBase64(body) : body;
  // Whoever made a text of the bytes before us may have decoded them leniently.
  if (isDamaged(text)) throw notUtf8();
  return withoutBom(text);
};
