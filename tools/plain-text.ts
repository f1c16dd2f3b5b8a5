const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_LITTLE = Buffer.from([0xff, 0xfe]);
const UTF16_BIG = Buffer.from([0xfe, 0xff]);
const NOT_ASCII = 0x3f;

/** Keys and PEM are ASCII; what else is in such a file (a name above the PEM) is read by nobody. */
const fromUtf16 = (bytes: Buffer, bigEndian: boolean): Buffer => {
  const text = Buffer.alloc(Math.floor(bytes.length / 2));
  for (let index = 0; index < text.length; index += 1) {
    const unit = bigEndian ? bytes.readUInt16BE(index * 2) : bytes.readUInt16LE(index * 2);
    text[index] = unit < 0x80 ? unit : NOT_ASCII;
  }
  return text;
};

/**
 * The text of a file without its byte order mark, from UTF-16 too, which editors and PowerShell on Windows write.
 * It is a copy, which the caller wipes; `bytes` are wiped here. Never a string: that could not be wiped.
 */
export const plainText = (bytes: Buffer): Buffer => {
  try {
    if (bytes.subarray(0, 3).equals(UTF8_MARK)) return Buffer.from(bytes.subarray(3));
    const mark = bytes.subarray(0, 2);
    if (mark.equals(UTF16_LITTLE)) return fromUtf16(bytes.subarray(2), false);
    if (mark.equals(UTF16_BIG)) return fromUtf16(bytes.subarray(2), true);
    return Buffer.from(bytes);
  } finally {
    bytes.fill(0);
  }
};
