import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

/** A platform key as the registry stores it. Times are ISO 8601. */
export type StoredPlatformKey = {
  kind: 'PUBLIC_KEY' | 'CERTIFICATE';
  pem: string;
  not_before?: string | undefined;
  not_after?: string | undefined;
  fetched_at: string;
};

/** A platform key ready for use. `id`: what Wechatpay-Serial carries; times in milliseconds since the epoch. */
export type PlatformKey = {
  id: string;
  kind: StoredPlatformKey['kind'];
  pem: string;
  key: KeyObject;
  notBefore: number;
  notAfter: number;
  fetchedAt: number;
};

/** Public key and certificates in one map: which mode an answer is in is told by the id it carries and nothing else. */
export type PlatformKeys = ReadonlyMap<string, PlatformKey>;

const parse = (id: string, stored: StoredPlatformKey): PlatformKey => {
  const fetchedAt = Date.parse(stored.fetched_at);
  const { kind, pem } = stored;
  if (kind === 'PUBLIC_KEY') {
    return {
      id,
      kind,
      pem,
      key: createPublicKey(pem),
      notBefore: 0,
      notAfter: Number.POSITIVE_INFINITY,
      fetchedAt,
    };
  }
  const certificate = new X509Certificate(pem);
  // The serial decides which answers this key may vouch for, so it comes from the certificate, not from its label.
  if (certificate.serialNumber !== id)
    throw new TypeError('a platform certificate is stored under another serial');
  const notBefore = certificate.validFromDate.getTime();
  const notAfter = certificate.validToDate.getTime();
  return { id, kind, pem, key: certificate.publicKey, notBefore, notAfter, fetchedAt };
};

/**
 * The map for what the registry holds. Parsing a PEM costs more than a signature check, so a key already in
 * `known` with the same PEM is taken over.
 * @throws TypeError (or node:crypto's own) when a stored key cannot be read.
 */
export const platformKeys = (
  stored: Readonly<Record<string, StoredPlatformKey>>,
  known: PlatformKeys = new Map(),
): PlatformKeys =>
  new Map(
    Object.entries(stored).map(([id, entry]) => {
      const old = known.get(id);
      const same = old?.pem === entry.pem && old.kind === entry.kind;
      return [id, same ? { ...old, fetchedAt: Date.parse(entry.fetched_at) } : parse(id, entry)];
    }),
  );

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
