import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

/** What Wechatpay-Serial may carry: a certificate's serial, in either case of hex, or a public-key id. */
export const PLATFORM_KEY_ID = /^(?:[0-9A-Fa-f]{1,40}|PUB_KEY_ID_[0-9]{1,64})$/;

/** A serial as WeChat Pay lists it, in upper case; a public-key id as it is. */
export const normaliseSerial = (id: string): string => (id.startsWith('PUB_KEY_ID_') ? id : id.toUpperCase());

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

const readPem = (id: string, { kind, pem }: StoredPlatformKey): Readout => {
  if (kind === 'PUBLIC_KEY') {
    return { key: createPublicKey(pem), validFrom: 0, validTo: Number.POSITIVE_INFINITY };
  }
  const { serialNumber, publicKey, validFromDate, validToDate } = new X509Certificate(pem);
  // The serial decides which answers this key may vouch for, so it comes from the certificate, not from its label.
  if (serialNumber !== id) throw new TypeError('a platform certificate is stored under another serial');
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
  return { id, kind, pem, key, validFrom, validTo, notBefore, notAfter, fetchedAt };
};

/**
 * The map for what the registry holds. Parsing a PEM costs more than a signature check, so what was read from one
 * that `known` has already is taken over.
 * @throws TypeError (or node:crypto's own) when a stored key cannot be read.
 */
export const platformKeys = (
  stored: Readonly<Record<string, StoredPlatformKey>>,
  known: PlatformKeys = new Map(),
): PlatformKeys =>
  new Map(Object.entries(stored).map(([id, entry]) => [id, ready(id, entry, known.get(id))]));

/** The key that a serial or public-key id names, unless it has expired. `now` in milliseconds. */
export const findKey = (keys: PlatformKeys, id: string, now: number): PlatformKey | undefined => {
  const key = keys.get(id);
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
