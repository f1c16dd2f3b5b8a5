export type Kind =
  | 'certificate'
  | 'private key'
  | 'encrypted private key'
  | 'OpenSSH private key'
  | 'public key'
  | 'request'
  | 'other';

/** One `-----BEGIN … -----END …` of a text, tidied. It may be secret: `wipe` all blocks after use. */
export type Block = { kind: Kind; pem: Buffer };

const KINDS: readonly (readonly [label: RegExp, kind: Kind])[] = [
  [/^ENCRYPTED PRIVATE KEY$/, 'encrypted private key'],
  [/^OPENSSH PRIVATE KEY$/, 'OpenSSH private key'],
  [/PRIVATE KEY$/, 'private key'],
  [/PUBLIC KEY$/, 'public key'],
  [/CERTIFICATE REQUEST$/, 'request'],
  [/CERTIFICATE$/, 'certificate'],
];
const kindOf = (label: string): Kind => KINDS.find(([pattern]) => pattern.test(label))?.[1] ?? 'other';

const BEGIN = '-----BEGIN ';
const DASHES = '-----';
const LONGEST_LABEL = 40;
const LINE = 64;
const isBlank = (byte: number): boolean => byte <= 32;

/**
 * The same block with lines as OpenSSL wants them. How lines end, and which of them are blank, is an accident of the
 * editor, the clipboard and the terminal the text came through.
 */
const tidy = (label: string, body: Buffer, ended: boolean): Buffer => {
  const base64 = Buffer.alloc(body.length);
  let length = 0;
  for (const byte of body) {
    if (isBlank(byte)) continue;
    base64[length] = byte;
    length += 1;
  }
  const lines: Buffer[] = [Buffer.from(`${BEGIN}${label}${DASHES}\n`)];
  for (let at = 0; at < length; at += LINE)
    lines.push(base64.subarray(at, Math.min(at + LINE, length)), Buffer.from('\n'));
  if (ended) lines.push(Buffer.from(`-----END ${label}${DASHES}\n`));
  const pem = Buffer.concat(lines);
  base64.fill(0);
  return pem;
};

/** Only what is short enough becomes a string: behind a damaged BEGIN may stand the key itself. */
const labelAt = (text: Buffer, from: number): string | undefined => {
  const end = text.indexOf(DASHES, from);
  if (end === -1 || end - from > LONGEST_LABEL) return undefined;
  return text.toString('latin1', from, end);
};

const blockAt = (text: Buffer, begin: number): Block => {
  const label = labelAt(text, begin + BEGIN.length);
  if (label === undefined) return { kind: 'other', pem: Buffer.alloc(0) };
  const from = begin + BEGIN.length + label.length + DASHES.length;
  const end = text.indexOf(`-----END ${label}${DASHES}`, from);
  const body = text.subarray(from, end === -1 ? text.length : end);
  // OpenSSL's old form of encryption is announced by a header inside the block.
  const kind = body.includes('Proc-Type: 4,ENCRYPTED') ? 'encrypted private key' : kindOf(label);
  return { kind, pem: tidy(label, body, end !== -1) };
};

/** All blocks of a text, in order, whatever stands between them. */
export const pemBlocks = (text: Buffer): Block[] => {
  const blocks: Block[] = [];
  for (let at = text.indexOf(BEGIN); at !== -1; at = text.indexOf(BEGIN, at + BEGIN.length))
    blocks.push(blockAt(text, at));
  return blocks;
};

export const wipe = (blocks: readonly Block[]): void => {
  for (const { pem } of blocks) pem.fill(0);
};
