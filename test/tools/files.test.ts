import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateRsaKeyPair, type KeyPair } from '../../sandbox/pki.ts';
import { issuedCertificates, platformPublicKey, privateKeyDer } from '../../tools/commands/merchant/pem.ts';
import { readInput } from '../../tools/input.ts';
import { API_V3_KEY, addCompleteMerchant, MCHID, startWorld, type World } from '../support/cli-world.ts';

let world: World;
let pair: KeyPair;
let certificatePem = '';
let serial = '';
beforeAll(async () => {
  [world, pair] = await Promise.all([startWorld(), generateRsaKeyPair()]);
  const { publicKeyPem } = await addCompleteMerchant(world, MCHID);
  ({ certificatePem, serial } = await world.certify(publicKeyPem));
});
afterAll(() => world.close());

const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');
/** The same text as editors and mailers on other machines leave it. */
const DRESSES: Readonly<Record<string, (text: string) => string | Buffer>> = {
  'UTF-16, as Windows writes it': utf16,
  'UTF-16, the other way round': (text) => utf16(text).swap16(),
  'UTF-8 with a byte order mark': (text) => `\uFEFF${text}`,
  'lines that end in CR': (text) => text.replaceAll('\n', '\r'),
  'lines that end in CR LF, with empty ones between': (text) => text.replaceAll('\n', '\r\n\r\n'),
  'one line': (text) => text.replaceAll(/(?<!-)\n(?!-)/g, ''),
  indented: (text) => text.replaceAll(/^/gm, '    '),
  'a name above it, in Chinese': (text) => utf16(`商户证书\r\n${text}`),
};

describe('a file that an editor, a mailer or another system has changed', () => {
  it.each(Object.keys(DRESSES))('is read all the same: %s', async (dress) => {
    const dressed = async (text: string) =>
      readInput('--file', await world.file('dressed', DRESSES[dress]?.(text) ?? ''));
    const { der } = privateKeyDer(await dressed(pair.privateKeyPem), '--file');
    expect(der.equals(pair.privateKey.export({ format: 'der', type: 'pkcs8' }))).toBe(true);
    expect(platformPublicKey(await dressed(pair.publicKeyPem), '--file').pem).toBe(pair.publicKeyPem);
    const given = { option: '--file', mchid: MCHID, now: Date.now() };
    const [found] = issuedCertificates(await dressed(certificatePem), given);
    expect(found?.serialNumber).toBe(serial);
    const key = await world.file('api', DRESSES[dress]?.(`${API_V3_KEY}\n`) ?? '');
    if (/indented|Chinese/.test(dress)) return;
    expect((await world.json(['set-api-v3-key', MCHID, '--key-file', key])).status).toBe(0);
  });
});

describe('a file that holds several certificates', () => {
  it('gives the one of the merchant, and of several the one that ends last', async () => {
    const long = { notBefore: new Date('2024-01-01'), notAfter: new Date('2040-01-01') };
    const later = await world.certify(pair.publicKeyPem, MCHID, long);
    const ended = { notBefore: new Date('2019-01-01'), notAfter: new Date('2024-01-01') };
    const old = await world.certify(pair.publicKeyPem, MCHID, ended);
    const chain = [
      world.wechatpay.ca.certificatePem,
      old.certificatePem,
      certificatePem,
      pair.privateKeyPem,
      later.certificatePem,
    ].join('');
    const given = { option: '--certificate-file', mchid: MCHID, now: Date.now() };
    const found = issuedCertificates(Buffer.from(chain), given);
    expect(found.map((certificate) => certificate.serialNumber)).toEqual([later.serial, serial]);
  });
});

describe('csr --out', () => {
  const csr = (out: string, ...more: string[]) => world.run(['csr', MCHID, '--out', out, ...more]);

  it('does not touch a file that is no request, --yes or not', async () => {
    const key = await world.file('apiclient_key.pem', pair.privateKeyPem);
    for (const more of [[], ['--yes']]) {
      expect(await csr(key, ...more)).toMatchObject({
        status: 1,
        stdout: '',
        stderr: expect.stringContaining('Choose another name'),
      });
      expect(await readFile(key, 'utf8')).toBe(pair.privateKeyPem);
    }
    const { stdout } = await world.run(['csr', MCHID]);
    const longer = await world.file('longer.pem', stdout + pair.privateKeyPem);
    expect((await csr(longer, '--yes')).status).toBe(1);
    expect(await readFile(longer, 'utf8')).toContain(pair.privateKeyPem);
  });

  it('follows no link, whether or not it leads somewhere', async () => {
    const key = await world.file('precious.pem', pair.privateKeyPem);
    const request = join(world.folder, 'earlier.csr');
    expect((await csr(request)).status).toBe(0);
    for (const [name, target] of [
      ['to-key', key],
      ['to-request', request],
      ['to-nothing', join(world.folder, 'nothing')],
    ] as const) {
      const link = join(world.folder, name);
      await symlink(target, link);
      expect(await csr(link, '--yes', '--organization', 'Other')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('a link, a folder or a device'),
      });
    }
    expect(await readFile(key, 'utf8')).toBe(pair.privateKeyPem);
    expect(await readdir(world.folder)).not.toContain('nothing');
  });

  it('replaces another request after confirmation only, wholly', async () => {
    const out = join(world.folder, 'again.csr');
    await csr(out, '--organization', 'A much longer name of an organization');
    const before = await readFile(out, 'utf8');
    expect((await csr(out, '--organization', 'A much longer name of an organization')).status).toBe(0);
    expect(await csr(out)).toMatchObject({ status: 2, stderr: expect.stringContaining('Add --yes') });
    expect(await readFile(out, 'utf8')).toBe(before);
    expect((await csr(out, '--yes')).status).toBe(0);
    expect(await readFile(out, 'utf8')).toBe((await world.run(['csr', MCHID])).stdout);
  });

  it('says so when there is no such folder, or the name is a folder’s', async () => {
    expect(await csr(join(world.folder, 'no', 'such'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot be written (ENOENT)'),
    });
    await mkdir(join(world.folder, 'folder'));
    expect((await csr(join(world.folder, 'folder'))).status).toBe(1);
  });
});

describe('an APIv3 key that is stored already', () => {
  it('is replaced after confirmation only', async () => {
    const mchid = '1900000008';
    await world.run(['add', mchid]);
    const set = (key: string, ...more: string[]) =>
      world.json(['set-api-v3-key', mchid, '--key-file', '-', ...more], { input: key });
    const other = API_V3_KEY.replace('C', 'D');
    expect((await set(API_V3_KEY)).json).toMatchObject({ ok: true, changed: true });
    const before = await world.registry.readItem(mchid);
    expect((await set(API_V3_KEY)).json).toMatchObject({ ok: true, changed: false });
    expect(await set(other)).toMatchObject({
      status: 2,
      json: { error: expect.stringContaining('another APIv3 key already') },
    });
    expect(await world.registry.readItem(mchid)).toEqual(before);
    expect((await set(other, '--yes')).json).toMatchObject({ ok: true, changed: true });
  });
});
