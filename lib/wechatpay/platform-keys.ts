import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

/** What Wechatpay-Serial may carry: a certificate's serial, in either case of hex, or a public-key id. */
export const PLATFORM_KEY_ID = /^(?:[0-9A-Fa-f]{1,40}|PUB_KEY_ID_[0-9]{1,64})$/;

/**
 * One spelling for each id: that of node:crypto, upper-case hex of whole bytes without leading zero bytes. Some write
 * them, some leave out a leading zero digit, some write lower case. Ids of public keys stay as they are.
 */
export const normaliseSerial = (id: string): string => {
  if (!/^[0-9A-Fa-f]+$/.test(id)) return id;
  const digits = id.toUpperCase().replace(/^0+(?=.)/, '');
  return digits.length % 2 === 0 ? digits : `0${digits}`;
};

/** A platform key as the registry stores it. Times are ISO 8601. */
export type StoredPlatformKey = {
  kind: 'PUBLIC_KEY' | 'CERTIFICATE';
  pem: string;
  not_before?: string | undefined;
  not_after?: string | undefined;
  fetched_at: string;
};

/** What is read from a PEM: the key, and the time a certificate is valid in itself (milliseconds since the epoch). */
type Readout = { key: KeyObject; validFrom: number; validTo: number };

/**
 * A platform key ready for use. `id`: what Wechatpay-Serial carries. `notBefore`, `notAfter`: when it may be used, in
 * milliseconds since the epoch; within its validity, for WeChat Pay ends a certificate early when it brings another.
 */
export type PlatformKey = Readout & {
  id: string;
  kind: StoredPlatformKey['kind'];
  pem: string;
  notBefore: number;
  notAfter: number;
  fetchedAt: number;
};

/** Public key and certificates in one map: which mode an answer is in is told by the id it carries and nothing else. */
export type PlatformKeys = ReadonlyMap<string, PlatformKey>;

/**
 * WeChat Pay's keys are RSA with 2048 bits; sensitive fields and signatures have that size everywhere.
 * @throws TypeError for any other key.
 */
export const requireUsable = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void => {
  if (asymmetricKeyType !== 'rsa' || asymmetricKeyDetails?.modulusLength !== 2048)
    throw new TypeError('a platform key is not RSA with 2048 bits');
};

const readPem = (id: string, { kind, pem }: StoredPlatformKey): Readout => {
  if (kind === 'PUBLIC_KEY') {
    const key = createPublicKey(pem);
    requireUsable(key);
    return { key, validFrom: 0, validTo: Number.POSITIVE_INFINITY };
  }
  const { serialNumber, publicKey, validFromDate, validToDate } = new X509Certificate(pem);
  // The serial decides which answers this key may vouch for, so it comes from the certificate, not from its label.
  if (normaliseSerial(serialNumber) !== id)
    throw new TypeError('a platform certificate is stored under another serial');
  requireUsable(publicKey);
  return { key: publicKey, validFrom: validFromDate.getTime(), validTo: validToDate.getTime() };
};

const timeOf = (stored: string | undefined, otherwise: number): number =>
  stored === undefined ? otherwise : Date.parse(stored);

const ready = (id: string, stored: StoredPlatformKey, old: PlatformKey | undefined): PlatformKey => {
  const { kind, pem } = stored;
  const { key, validFrom, validTo } = old?.pem === pem && old.kind === kind ? old : readPem(id, stored);
  const notBefore = Math.max(validFrom, timeOf(stored.not_before, validFrom));
  const notAfter = Math.min(validTo, timeOf(stored.not_after, validTo));
  const fetchedAt = Date.parse(stored.fetched_at);
  // A date that nobody can read would make the key one that is never found, without a word.
  if (Number.isNaN(notBefore + notAfter)) throw new TypeError('a platform key has an unreadable date');
  return { id, kind, pem, key, validFrom, validTo, notBefore, notAfter, fetchedAt };
};

/** Told of each stored key that is left aside, by the name it is stored under. */
export type OnUnusableKey = (id: string, cause: unknown) => void;

/**
 * The map for what the registry holds. Parsing a PEM costs more than a signature check, so what was read from one
 * that `known` has already is taken over. A key that cannot be used keeps nobody from the others.
 */
export const platformKeys = (
  stored: Readonly<Record<string, StoredPlatformKey>>,
  known: PlatformKeys = new Map(),
  onUnusable: OnUnusableKey = () => {},
): PlatformKeys => {
  const keys = new Map<string, PlatformKey>();
  for (const [name, entry] of Object.entries(stored)) {
    const id = normaliseSerial(name);
    try {
      keys.set(id, ready(id, entry, known.get(id)));
    } catch (cause) {
      onUnusable(name, cause);
    }
  }
  return keys;
};

/** The key that a serial (in any spelling) or public-key id names, unless it has expired. `now` in milliseconds. */
export const findKey = (keys: PlatformKeys, id: string, now: number): PlatformKey | undefined => {
  const key = keys.get(normaliseSerial(id));
  return key && now < key.notAfter ? key : undefined;
};

/**
 * The key to encrypt with and to name in Wechatpay-Serial: the public key when there is one, else the newest
 * certificate that is already valid. `undefined` when none can be used now.
 */
export const encryptionKey = (keys: PlatformKeys, now: number): PlatformKey | undefined => {
  const usable = [...keys.values()].filter((key) => key.notBefore <= now && now < key.notAfter);
  const publicKeys = usable
    .filter((key) => key.kind === 'PUBLIC_KEY')
    .sort((a, b) => b.fetchedAt - a.fetchedAt);
  return publicKeys[0] ?? usable.sort((a, b) => b.notBefore - a.notBefore)[0];
};
