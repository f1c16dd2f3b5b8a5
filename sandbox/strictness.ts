/** What is taken, because nobody knows that the real server refuses it, unless one of these is set. */
export type Strictness = {
  /** A nonce_str that came before with a good signature. Clients, and proxies, send a request again as it was. */
  readonly refusesUsedNonces: boolean;
  /** A serial in lower case, as OpenSSL's users have it. */
  readonly comparesSerialCase: boolean;
  /** A platform certificate that is listed but not valid yet, to encrypt with; official SDKs take the newest one listed. */
  readonly refusesEarlyCertificates: boolean;
  /** Other bytes under a known business key; they are another pre-sign otherwise. */
  readonly refusesReentry: boolean;
};

export const LENIENT: Strictness = {
  refusesUsedNonces: false,
  comparesSerialCase: false,
  refusesEarlyCertificates: false,
  refusesReentry: false,
};

/** The serial as WeChat Pay writes it. What is no hex number (a public-key id) stays as it is. */
export const readSerial = (serial: string, { comparesSerialCase }: Strictness): string =>
  !comparesSerialCase && /^[\da-f]+$/i.test(serial) ? serial.toUpperCase() : serial;
