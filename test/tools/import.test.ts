import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { publicKeyOf } from '../../lib/merchants/public-key.ts';
import { generateRsaKeyPair, type KeyPair } from '../../sandbox/pki.ts';
import { describeKey } from '../../tools/commands/merchant/kms-visible.ts';
import { API_V3_KEY, MCHID, startWorld, type World } from '../support/cli-world.ts';
import { coldLambda } from '../support/lambda.ts';
import { bodyFor, loadEndpoints } from '../support/world.ts';

let world: World;
let pair: KeyPair;
let keyFile: string;
let certificateFile: string;
let serial: string;
beforeAll(async () => {
  // The China Regions have no import.
  [world, pair] = await Promise.all([startWorld({ region: 'eu-central-1' }), generateRsaKeyPair()]);
  const certificate = await world.certify(pair.publicKeyPem);
  serial = certificate.serial;
  const { certificatePem } = certificate;
  await world.wechatpay.addMerchant({
    mchid: MCHID,
    certificatePem,
    apiV3Key: API_V3_KEY,
    mode: 'public-key',
  });
  keyFile = await world.file('apiclient_key.pem', pair.privateKeyPem);
  certificateFile = await world.file('apiclient_cert.pem', certificatePem);
  await world.run(['add', MCHID]);
});
afterAll(() => world.close());
afterEach(() => {
  world.kms.setPolicy(undefined);
  world.kms.clearFaults();
});

const keyCount = async () => (await world.kmsClient.send(new ListKeysCommand({}))).Keys?.length ?? 0;
const importing = (key = keyFile, certificate = certificateFile, mchid = MCHID) => [
  'import-key',
  mchid,
  '--key-file',
  key,
  '--certificate-file',
  certificate,
];

// One walk, told in order.
describe('a merchant whose key is imported', () => {
  it('keeps the registry as it was when KMS refuses to import, and uses the same key when run again', async () => {
    const before = await keyCount();
    world.kms.setPolicy(({ operation }) => operation !== 'ImportKeyMaterial');
    const denied = await world.run(importing());
    expect(denied).toMatchObject({ status: 1, stderr: expect.stringContaining('may not') });
    expect(denied.stderr).toContain('AWS says:');
    const item = await world.registry.readItem(MCHID);
    expect(item).toMatchObject({
      pending_signing_key_arn: expect.stringMatching(/^arn:aws:kms:eu-central-1/),
    });
    expect(item?.signing_key_arn).toBeUndefined();
    // A request needs a public key, and there is none yet.
    expect(await world.run(['csr', MCHID])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('import'),
    });
    expect(await keyCount()).toBe(before + 1);
  });

  it('does not touch the registry when KMS signs with another key than the certificate says', async () => {
    world.kms.fault('bad-signature');
    const { status, stderr } = await world.run(importing());
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('does not verify'),
    });
    expect((await world.registry.readItem(MCHID))?.signing_key_arn).toBeUndefined();
  });

  it('goes on where it was interrupted', async () => {
    const { pending_signing_key_arn: pending } = (await world.registry.readItem(MCHID)) ?? {};
    const before = await keyCount();
    const ran = await world.json(importing());
    expect(ran).toMatchObject({
      status: 0,
      json: { certificate_serial: serial, signing_key_arn: pending, changed: true },
    });
    expect(await keyCount()).toBe(before);
    const item = await world.registry.readItem(MCHID);
    expect(item).toMatchObject({
      certificate_serial: serial,
      signing_key_arn: pending,
      certificate_not_after: expect.any(String),
    });
    expect(item?.pending_signing_key_arn).toBeUndefined();
    const arn = String(pending);
    expect(await describeKey(world.kmsClient, arn)).toMatchObject({
      Origin: 'EXTERNAL',
      KeyState: 'Enabled',
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    expect((await publicKeyOf(world.kmsClient, arn)).key.equals(createPrivateKey(pair.privateKeyPem))).toBe(
      false,
    );
    expect(
      world.kms.calls.find(({ operation }) => operation === 'GetParametersForImport')?.wrappingAlgorithm,
    ).toBe('RSA_AES_KEY_WRAP_SHA_256');
  });

  it('is imported once, also from PKCS#1, from standard input and from one file with the certificate', async () => {
    const before = await keyCount();
    const pkcs1 = pair.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString();
    const again = await world.json(importing(await world.file('pkcs1.pem', pkcs1)));
    expect(again).toMatchObject({ status: 0, json: { changed: false } });
    const piped = await world.json(importing('-'), { input: pair.privateKeyPem });
    expect(piped).toMatchObject({ status: 0, json: { changed: false } });
    const text = `Bag Attributes\n${await readFile(certificateFile, 'utf8')}Bag Attributes\n${pair.privateKeyPem}`;
    const both = await world.file('both.pem', text);
    expect(await world.json(importing(both, both))).toMatchObject({ status: 0, json: { changed: false } });
    expect(await keyCount()).toBe(before);
  });

  it('gets the WeChat Pay public key, passes the check and pre-signs a user', async () => {
    const { id, pem } = world.wechatpay.platform.publicKey(MCHID);
    const command = [
      'set-public-key',
      MCHID,
      '--id',
      id,
      '--public-key-file',
      await world.file('pub_key.pem', pem),
    ];
    expect(await world.json(command)).toMatchObject({ status: 0, json: { id, changed: true } });
    expect((await world.json(command)).json).toMatchObject({ ok: true, changed: false });
    const check = await world.run(['check']);
    expect(check).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('to get notifications it needs one: set-api-v3-key'),
    });
    expect(check.stdout).toContain('belong together');
    const { campus } = await loadEndpoints();
    const lambda = coldLambda(campus, { ...world.lambdaEnv, WECHATPAY_DEFAULT_MCHID: MCHID });
    expect((await lambda.post(bodyFor(campus))).status).toBe(200);
  });

  it('rotates to another imported key at once', async () => {
    const before = await world.registry.readItem(MCHID);
    const next = await generateRsaKeyPair();
    const certificate = await world.certify(next.publicKeyPem);
    const files = [
      await world.file('k2.pem', next.privateKeyPem),
      await world.file('c2.pem', certificate.certificatePem),
    ];
    expect((await world.run(['rotate', MCHID, '--key-file', files[0] ?? ''])).status).toBe(2);
    const ran = await world.json(['rotate', ...importing(...files).slice(1)]);
    const previous = { certificate_serial: serial, signing_key_arn: before?.signing_key_arn };
    expect(ran).toMatchObject({ status: 0, json: { certificate_serial: certificate.serial, previous } });
    expect(await world.registry.readItem(MCHID)).toMatchObject({
      certificate_serial: certificate.serial,
      previous,
    });
  });

  it('replaces a pending key of the other kind after confirmation only', async () => {
    const mchid = '1900000003';
    const certificate = await world.certify(pair.publicKeyPem, mchid);
    const command = importing(keyFile, await world.file('c3.pem', certificate.certificatePem), mchid);
    await world.run(['add', mchid]);
    const born = String((await world.json(['create-key', mchid])).json['pending_signing_key_arn']);
    expect(await world.run(command)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('made in KMS by create-key'),
    });
    expect((await world.registry.readItem(mchid))?.pending_signing_key_arn).toBe(born);
    expect(await world.run([...command, '--yes'])).toMatchObject({ status: 0 });
    expect((await describeKey(world.kmsClient, born))?.KeyState).toBe('PendingDeletion');
    expect((await world.registry.readItem(mchid))?.certificate_serial).toBe(certificate.serial);
  });

  it('explains that the China Regions have no import', async () => {
    const ran = await world.run([...importing(), '--region', 'cn-north-1']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('China Regions');
    expect(ran.stderr).toContain('create-key');
  });
});
