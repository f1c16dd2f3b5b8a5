import { beforeAll, describe, expect, it } from '@jest/globals';
import { encryptionKey, findKey, platformKeys } from '../../../lib/wechatpay/platform-keys.ts';
import {
  generateRsaKeyPair,
  type IssuedPair,
  issueCertificate,
  type KeyPair,
  sharedCa,
} from '../../sandbox/pki.ts';
import { storedCertificate, storedPublicKey } from '../support.ts';

const at = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const NOW = at('2026-06-15');
let old: IssuedPair;
let recent: IssuedPair;
let future: IssuedPair;
let pair: KeyPair;

beforeAll(async () => {
  const ca = await sharedCa();
  const certificate = (notBefore: string, notAfter: string) =>
    issueCertificate({
      ca,
      commonName: 'Tenpay.com sign',
      notBefore: new Date(at(notBefore)),
      notAfter: new Date(at(notAfter)),
    });
  [old, recent, future, pair] = await Promise.all([
    certificate('2021-07-01', '2026-07-01'),
    certificate('2026-06-01', '2031-06-01'),
    certificate('2026-06-20', '2031-06-20'),
    generateRsaKeyPair(),
  ]);
});

const mapOf = (certificates: IssuedPair[], publicKeys: Record<string, string> = {}) =>
  platformKeys({
    ...Object.fromEntries(certificates.map((one) => [one.serial, storedCertificate(one)])),
    ...Object.fromEntries(
      Object.entries(publicKeys).map(([id, fetchedAt]) => [
        id,
        storedPublicKey(pair.publicKeyPem, fetchedAt),
      ]),
    ),
  });

describe('encryptionKey', () => {
  it('is the public key when there is one, whatever certificates there are', () => {
    const keys = mapOf([old, recent], { PUB_KEY_ID_1: '2020-01-01T00:00:00Z' });
    expect(encryptionKey(keys, NOW)?.id).toBe('PUB_KEY_ID_1');
  });

  it('is the public key that was fetched last', () => {
    const keys = mapOf([], { PUB_KEY_ID_1: '2025-01-02T00:00:00Z', PUB_KEY_ID_2: '2025-01-01T00:00:00Z' });
    expect(encryptionKey(keys, NOW)?.id).toBe('PUB_KEY_ID_1');
  });

  it('is the newest certificate already valid, in whatever order they are stored', () => {
    for (const certificates of [
      [old, recent, future],
      [future, recent, old],
    ]) {
      expect(encryptionKey(mapOf(certificates), NOW)?.id).toBe(recent.serial);
    }
  });

  it('changes with the clock: at notBefore to the next certificate, at notAfter away from the last', () => {
    const keys = mapOf([recent, future]);
    const boundary = future.notBefore.getTime();
    expect(encryptionKey(keys, boundary - 1)?.id).toBe(recent.serial);
    expect(encryptionKey(keys, boundary)?.id).toBe(future.serial);
    const end = old.notAfter.getTime();
    expect(encryptionKey(mapOf([old]), end - 1)?.id).toBe(old.serial);
    expect(encryptionKey(mapOf([old]), end)).toBeUndefined();
  });

  it('is nothing when there is none, or none valid yet', () => {
    expect(encryptionKey(mapOf([]), NOW)).toBeUndefined();
    expect(encryptionKey(mapOf([future]), NOW)).toBeUndefined();
  });
});

describe('findKey', () => {
  it('finds any key by its id, one not yet valid included', () => {
    const keys = mapOf([old, future], { PUB_KEY_ID_1: '2025-01-01T00:00:00Z' });
    for (const id of [old.serial, future.serial, 'PUB_KEY_ID_1']) expect(findKey(keys, id, NOW)?.id).toBe(id);
    expect(findKey(keys, recent.serial, NOW)).toBeUndefined();
    expect(findKey(keys, old.serial.toLowerCase(), NOW)).toBeUndefined();
  });

  it('does not find a certificate from the moment it expires; a public key never does', () => {
    const keys = mapOf([old], { PUB_KEY_ID_1: '2025-01-01T00:00:00Z' });
    const end = old.notAfter.getTime();
    expect(findKey(keys, old.serial, end - 1)).toBeDefined();
    expect(findKey(keys, old.serial, end)).toBeUndefined();
    expect(findKey(keys, 'PUB_KEY_ID_1', at('2999-01-01'))).toBeDefined();
  });
});

describe('platformKeys', () => {
  it('holds the public half of each', () => {
    const keys = mapOf([old], { PUB_KEY_ID_1: '2025-01-01T00:00:00Z' });
    const pem = (id: string) => keys.get(id)?.key.export({ format: 'pem', type: 'spki' });
    expect(pem(old.serial)).toBe(old.publicKeyPem);
    expect(pem('PUB_KEY_ID_1')).toBe(pair.publicKeyPem);
  });

  it('uses a certificate for no longer than WeChat Pay’s list says, without reading it again', () => {
    const known = platformKeys({ [old.serial]: storedCertificate(old) });
    const [from, to] = [old.notBefore.getTime() + 1_000, old.notAfter.getTime() - 1_000];
    const narrowed = {
      ...storedCertificate(old),
      not_before: new Date(from).toISOString(),
      not_after: new Date(to).toISOString(),
    };
    const key = platformKeys({ [old.serial]: narrowed }, known).get(old.serial);
    expect(key).toMatchObject({ notBefore: from, notAfter: to });
    expect(key?.key).toBe(known.get(old.serial)?.key);
    const again = platformKeys(
      { [old.serial]: storedCertificate(old) },
      new Map([[old.serial, key as never]]),
    );
    expect(again.get(old.serial)).toMatchObject({ notAfter: old.notAfter.getTime() });
  });

  it('believes the dates in the certificate, not wider ones beside it', () => {
    const label = { ...storedCertificate(old), not_before: '2000-01-01', not_after: '2999-01-01' };
    const key = platformKeys({ [old.serial]: label }).get(old.serial);
    expect(key).toMatchObject({ notBefore: old.notBefore.getTime(), notAfter: old.notAfter.getTime() });
  });

  it('takes over a parsed key while its PEM stays the same, and only then', () => {
    const known = mapOf([old], { PUB_KEY_ID_1: '2025-01-01T00:00:00Z' });
    const entries = {
      [old.serial]: storedCertificate(old),
      PUB_KEY_ID_1: storedPublicKey(pair.publicKeyPem),
    };
    const again = platformKeys(entries, known);
    expect(again.get(old.serial)?.key).toBe(known.get(old.serial)?.key);
    expect(again.get('PUB_KEY_ID_1')?.key).toBe(known.get('PUB_KEY_ID_1')?.key);
    const changed = platformKeys({ PUB_KEY_ID_1: storedPublicKey(recent.publicKeyPem) }, known);
    expect([...changed.keys()]).toEqual(['PUB_KEY_ID_1']);
    expect(changed.get('PUB_KEY_ID_1')?.key.export({ format: 'pem', type: 'spki' })).toBe(
      recent.publicKeyPem,
    );
  });

  it('chooses among public keys as a fresh process would, also when one was only fetched again', () => {
    const before = mapOf([], { PUB_KEY_ID_1: '2025-01-01T00:00:00Z', PUB_KEY_ID_2: '2025-01-02T00:00:00Z' });
    const stored = {
      PUB_KEY_ID_1: storedPublicKey(pair.publicKeyPem, '2025-01-03T00:00:00Z'),
      PUB_KEY_ID_2: storedPublicKey(pair.publicKeyPem, '2025-01-02T00:00:00Z'),
    };
    expect(encryptionKey(platformKeys(stored), NOW)?.id).toBe('PUB_KEY_ID_1');
    expect(encryptionKey(platformKeys(stored, before), NOW)?.id).toBe('PUB_KEY_ID_1');
  });

  it('refuses a certificate under another serial, also one written differently', () => {
    for (const id of [recent.serial, old.serial.toLowerCase(), 'PUB_KEY_ID_1']) {
      expect(() => platformKeys({ [id]: storedCertificate(old) })).toThrow(TypeError);
    }
  });

  it('refuses what it cannot parse', () => {
    const broken = { ...storedCertificate(old), pem: 'not a PEM' };
    expect(() => platformKeys({ [old.serial]: broken })).toThrow();
    expect(() => platformKeys({ PUB_KEY_ID_1: storedPublicKey('not a PEM') })).toThrow();
  });
});
