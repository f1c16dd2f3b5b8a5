import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  encryptionKey,
  findKey,
  normaliseSerial,
  platformKeys,
} from '../../../lib/wechatpay/platform-keys.ts';
import {
  generateRsaKeyPair,
  type IssuedPair,
  issueCertificate,
  type KeyPair,
  sharedCa,
} from '../../../sandbox/pki.ts';
import { storedCertificate, storedPublicKey } from '../../support/protocol.ts';

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

  it('is the public key that was fetched last, in whatever order they are stored', () => {
    const [older, newer] = ['2025-01-01T00:00:00Z', '2025-01-02T00:00:00Z'];
    for (const keys of [
      mapOf([recent], { PUB_KEY_ID_1: newer, PUB_KEY_ID_2: older }),
      mapOf([recent], { PUB_KEY_ID_2: older, PUB_KEY_ID_1: newer }),
    ])
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
  });

  it('does not find a certificate from the moment it expires; a public key never does', () => {
    const keys = mapOf([old], { PUB_KEY_ID_1: '2025-01-01T00:00:00Z' });
    const end = old.notAfter.getTime();
    expect(findKey(keys, old.serial, end - 1)).toBeDefined();
    expect(findKey(keys, old.serial, end)).toBeUndefined();
    expect(findKey(keys, 'PUB_KEY_ID_1', at('2999-01-01'))).toBeDefined();
  });
});

describe('a serial', () => {
  it('is found in either case of hex, and a public-key id only as it is', () => {
    const keys = mapOf([old], { PUB_KEY_ID_1: '2025-01-01T00:00:00Z' });
    expect(findKey(keys, old.serial.toLowerCase(), NOW)?.id).toBe(old.serial);
    expect(findKey(keys, 'pub_key_id_1', NOW)).toBeUndefined();
  });

  it('that begins with zeros is found with and without them, whichever way it is stored', async () => {
    const serial = `0B${'5A'.repeat(18)}`;
    const certificate = await issueCertificate({
      ca: await sharedCa(),
      commonName: 'Tenpay.com sign',
      notBefore: new Date(at('2026-06-01')),
      serial,
    });
    expect(certificate.serial).toBe(serial);
    const spellings = [serial, `00${serial}`, serial.slice(1), `00${serial}`.toLowerCase()];
    for (const stored of spellings) {
      const keys = platformKeys({ [stored]: storedCertificate(certificate) });
      for (const asked of spellings) expect(findKey(keys, asked, NOW)?.id).toBe(serial);
    }
  });

  it.each([
    ['00', '00'],
    ['0', '00'],
    ['000a', '0A'],
    ['0A', '0A'],
    ['abc', '0ABC'],
    ['100', '0100'],
    ['', ''],
    ['PUB_KEY_ID_01', 'PUB_KEY_ID_01'],
    ['0x12', '0x12'],
  ])('%j is spelt %j', (written, spelt) => {
    expect(normaliseSerial(written)).toBe(spelt);
    expect(normaliseSerial(spelt)).toBe(spelt);
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

  const { publicKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { publicKey: rsa1024 } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const ID = 'PUB_KEY_ID_9';
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey;
  it.each([
    [
      'a certificate under another serial',
      () => recent.serial,
      () => storedCertificate(old),
      'under another serial',
    ],
    [
      'a certificate under the id of a public key',
      () => ID,
      () => storedCertificate(old),
      'under another serial',
    ],
    [
      'a certificate that cannot be parsed',
      () => 'AB',
      () => ({ ...storedCertificate(old), pem: 'not a PEM' }),
      'PEM',
    ],
    ['a public key that cannot be parsed', () => ID, () => storedPublicKey('not a PEM'), 'DECODER'],
    [
      'a public key that calls itself a certificate, although it is known as a key',
      () => 'PUB_KEY_ID_1',
      () => ({ ...storedPublicKey(pair.publicKeyPem), kind: 'CERTIFICATE' as const }),
      'PEM',
    ],
    ['an EC key', () => ID, () => storedPublicKey(pemOf(ec)), 'not RSA with 2048 bits'],
    ['a key for RSA-PSS alone', () => ID, () => storedPublicKey(pemOf(pss)), 'not RSA with 2048 bits'],
    ['RSA with 1024 bits', () => ID, () => storedPublicKey(pemOf(rsa1024)), 'not RSA with 2048 bits'],
    [
      'a date that nobody can read',
      () => old.serial,
      () => ({ ...storedCertificate(old), not_after: 'soon' }),
      'unreadable date',
    ],
  ])('leaves %s aside and says so; the others are used', (_, name, entry, why) => {
    const told: [string, string][] = [];
    const stored = { [name()]: entry(), PUB_KEY_ID_2: storedPublicKey(pair.publicKeyPem) };
    const known = mapOf([], { PUB_KEY_ID_1: '2025-01-01T00:00:00Z' });
    const keys = platformKeys(stored, known, (id, cause) => told.push([id, String(cause)]));
    expect([[...keys.keys()], told]).toEqual([['PUB_KEY_ID_2'], [[name(), expect.stringContaining(why)]]]);
  });
});

const pemOf = (key: KeyObject): string => key.export({ format: 'pem', type: 'spki' }).toString();
