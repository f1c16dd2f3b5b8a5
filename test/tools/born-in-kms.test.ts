import { execFile } from 'node:child_process';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { tagsOf } from '../../tools/commands/merchant/kms-keys.ts';
import { describeKey } from '../../tools/commands/merchant/kms-visible.ts';
import { API_V3_KEY, MCHID, startWorld, type World } from '../support/cli-world.ts';
import { coldLambda } from '../support/lambda.ts';
import { bodyFor, loadEndpoints } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const keys = async () => (await world.kmsClient.send(new ListKeysCommand({}))).Keys?.length;

const readRequest = (pem: string) => {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const request = AsnConvert.parse(der, CertificationRequest);
  const info = Buffer.from(AsnConvert.serialize(request.certificationRequestInfo));
  const spki = Buffer.from(AsnConvert.serialize(request.certificationRequestInfo.subjectPKInfo));
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const { algorithm } = request.signatureAlgorithm;
  return { info, publicKey, algorithm, signature: Buffer.from(request.signature) };
};

// One walk, told in order: each step needs the one before it.
describe('a merchant whose key is born in KMS', () => {
  let arn = '';
  let csr = '';
  let certificateFile = '';

  it('is added, once', async () => {
    const first = await world.json(['add', MCHID]);
    expect(first).toMatchObject({
      status: 0,
      json: { command: 'add', ok: true, mchid: MCHID, created: true },
    });
    const again = await world.json(['add', MCHID]);
    expect(again).toMatchObject({ status: 0, json: { ok: true, created: false } });
    expect(await world.registry.readItem(MCHID)).toEqual({ mchid: MCHID, version: 1, platform_keys: {} });
    expect(await world.registry.read(MCHID)).toBeUndefined();
  });

  it('needs a key before a request or a certificate', async () => {
    for (const command of [
      ['csr', MCHID],
      ['rotate', MCHID],
    ]) {
      const { status, stderr } = await world.run(command);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('create-key') });
    }
    const check = await world.json(['check', MCHID]);
    expect(check).toMatchObject({
      status: 1,
      json: { merchants: [{ findings: [{ level: 'fail', check: 'complete' }] }] },
    });
  });

  it('gets one key, tagged for stage and merchant, however often it is asked for', async () => {
    const before = await keys();
    const first = await world.json(['create-key', MCHID]);
    expect(first).toMatchObject({ status: 0, json: { ok: true, created: true } });
    arn = String(first.json['pending_signing_key_arn']);
    expect(arn).toMatch(/^arn:aws-cn:kms:cn-north-1:/);
    const again = await world.json(['create-key', MCHID]);
    expect(again.json).toMatchObject({ pending_signing_key_arn: arn, created: false });
    expect(await keys()).toBe((before ?? 0) + 1);
    expect(await world.registry.readItem(MCHID)).toMatchObject({ pending_signing_key_arn: arn, version: 3 });
    expect(await describeKey(world.kmsClient, arn)).toMatchObject({
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      Origin: 'AWS_KMS',
      Description: expect.stringContaining(MCHID),
    });
    expect(Object.fromEntries(await tagsOf(world.kmsClient, arn))).toEqual({
      'wechatpay-presign': 'dev',
      mchid: MCHID,
    });
  });

  it('has a request that KMS signed and OpenSSL accepts', async () => {
    const { status, stdout, stderr } = await world.run(['csr', MCHID]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^-----BEGIN CERTIFICATE REQUEST-----\n[\s\S]+-----END CERTIFICATE REQUEST-----\n$/,
    );
    expect(stderr).toContain(`set-certificate ${MCHID}`);
    csr = stdout;
    const { info, publicKey, algorithm, signature } = readRequest(csr);
    expect(algorithm).toBe('1.2.840.113549.1.1.11');
    expect(verify('sha256', info, publicKey, signature)).toBe(true);
  });

  it('has no request when what KMS signed does not verify', async () => {
    world.kms.fault('bad-signature');
    const { status, stdout, stderr } = await world.run(['csr', MCHID]);
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('does not verify'),
    });
  });

  it('has the subject that the certificate tool would write', async () => {
    const out = join(world.folder, 'request.csr');
    const ran = await world.json(['csr', MCHID, '--out', out, '--organization', '某公司']);
    expect(ran).toMatchObject({ status: 0, json: { mchid: MCHID, signing_key_arn: arn, file: out } });
    expect(await readFile(out, 'utf8')).toBe(ran.json['csr']);
    const command = ['req', '-in', out, '-verify', '-noout', '-subject', '-nameopt', 'utf8,sep_comma_plus'];
    const openssl = await promisify(execFile)('openssl', command).catch((error: unknown) => {
      // Whoever has no OpenSSL has the check above.
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw error;
    });
    if (openssl === undefined) return;
    expect(openssl.stdout + openssl.stderr).toMatch(/verif\w+ OK/i);
    expect(openssl.stdout).toContain(`C=CN,O=某公司,CN=${MCHID}`);
  });

  it('takes the certificate issued for that request, and switches in one write', async () => {
    const publicKeyPem = readRequest(csr).publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const { certificatePem, serial, notAfter } = await world.certify(publicKeyPem);
    await world.wechatpay.addMerchant({
      mchid: MCHID,
      certificatePem,
      apiV3Key: API_V3_KEY,
      mode: 'certificate',
    });
    certificateFile = await world.file('apiclient_cert.pem', certificatePem);
    const command = ['set-certificate', MCHID, '--certificate-file', certificateFile];
    const first = await world.json(command);
    expect(first).toMatchObject({
      status: 0,
      json: { certificate_serial: serial, signing_key_arn: arn, changed: true },
    });
    expect((await world.json(command)).json).toMatchObject({ ok: true, changed: false });
    expect(await world.registry.readItem(MCHID)).toEqual({
      mchid: MCHID,
      certificate_serial: serial,
      signing_key_arn: arn,
      certificate_not_after: notAfter.toISOString(),
      platform_keys: {},
      version: 4,
    });
  });

  it('is not ready without an APIv3 key or a public key', async () => {
    const { status, stdout } = await world.run(['check', MCHID]);
    expect(status).toBe(1);
    expect(stdout).toContain('fail  neither an APIv3 key nor a public key is stored');
  });

  it('gets its APIv3 key, from a file or standard input', async () => {
    const file = await world.file('api-v3-key.txt', `${API_V3_KEY}\n`);
    const first = await world.json(['set-api-v3-key', MCHID, '--key-file', file]);
    expect(first).toMatchObject({ status: 0, json: { mchid: MCHID, changed: true } });
    const again = await world.json(['set-api-v3-key', MCHID, '--key-file', '-'], { input: API_V3_KEY });
    expect(again).toMatchObject({ status: 0, json: { changed: false } });
    expect((await world.registry.readItem(MCHID))?.version).toBe(5);
  });

  it('passes the check, and pre-signs a user', async () => {
    const { status, stdout } = await world.run(['check', MCHID]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.not.stringContaining('  fail  ') });
    expect(stdout).toContain('key, certificate serial and merchant number belong together');
    expect(stdout).toContain("the APIv3 key opens WeChat Pay's certificates (1)");
    const { campus } = await loadEndpoints();
    const lambda = coldLambda(campus, { ...world.lambdaEnv, WECHATPAY_DEFAULT_MCHID: MCHID });
    expect((await lambda.post(bodyFor(campus))).status).toBe(200);
    // The Lambda has stored the certificates it needed: now answers can be verified by what is stored.
    const after = await world.run(['check', MCHID]);
    expect(after).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('the answer verifies with the stored platform keys'),
    });
  });

  it('rotates to another key and back to one', async () => {
    const before = await world.registry.readItem(MCHID);
    const started = await world.json(['rotate', MCHID]);
    expect(started).toMatchObject({ status: 0, json: { signing_key_arn: arn, created: true } });
    const next = String(started.json['pending_signing_key_arn']);
    expect(next).not.toBe(arn);
    expect((await world.json(['rotate', MCHID])).json).toMatchObject({
      pending_signing_key_arn: next,
      created: false,
    });
    const request = await world.run(['csr', MCHID]);
    const publicKeyPem = readRequest(request.stdout)
      .publicKey.export({ format: 'pem', type: 'spki' })
      .toString();
    const { certificatePem, serial } = await world.certify(publicKeyPem);
    world.wechatpay.addMerchantCertificate(MCHID, certificatePem);
    const file = await world.file('next.pem', certificatePem);
    expect((await world.run(['set-certificate', MCHID, '--certificate-file', file])).status).toBe(0);
    const previous = { certificate_serial: before?.certificate_serial, signing_key_arn: arn };
    const item = await world.registry.readItem(MCHID);
    expect(item).toMatchObject({ certificate_serial: serial, signing_key_arn: next, previous });
    expect(item?.pending_signing_key_arn).toBeUndefined();
    expect(await world.run(['check', MCHID])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('retire'),
    });
    // The first key must not be forgotten while it exists.
    expect(await world.run(['rotate', MCHID])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`retire ${MCHID}`),
    });
  });

  it('retires the old key after confirmation only', async () => {
    expect(await world.run(['retire', MCHID])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--yes'),
    });
    expect((await world.registry.readItem(MCHID))?.previous).toBeDefined();
    const { json } = await world.json(['retire', MCHID, '--yes']);
    expect(json).toMatchObject({ ok: true, deleted: true, retired: { signing_key_arn: arn } });
    expect((await describeKey(world.kmsClient, arn))?.KeyState).toBe('PendingDeletion');
    expect((await world.registry.readItem(MCHID))?.previous).toBeUndefined();
    expect((await world.json(['retire', MCHID])).json).toMatchObject({ ok: true, changed: false });
    expect((await world.run(['check', MCHID])).status).toBe(0);
  });

  it('renews the certificate of a key in use, asked, without calling that key previous', async () => {
    const { stdout } = await world.run(['csr', MCHID]);
    const publicKeyPem = readRequest(stdout).publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const { certificatePem, serial } = await world.certify(publicKeyPem);
    world.wechatpay.addMerchantCertificate(MCHID, certificatePem);
    // As the issuer's tools put it, with their own certificate first.
    const file = await world.file('renewed.pem', world.wechatpay.ca.certificatePem + certificatePem);
    const before = await world.registry.readItem(MCHID);
    const command = ['set-certificate', MCHID, '--certificate-file', file];
    expect(await world.run(command)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`signs with certificate ${before?.certificate_serial} `),
    });
    expect(await world.registry.readItem(MCHID)).toEqual(before);
    expect((await world.run([...command, '--yes'])).status).toBe(0);
    const item = await world.registry.readItem(MCHID);
    expect(item).toMatchObject({ certificate_serial: new X509Certificate(certificatePem).serialNumber });
    expect(item?.certificate_serial).toBe(serial);
    expect(item?.previous).toBeUndefined();
  });

  it('is listed', async () => {
    await world.run(['add', '1900000002']);
    const { status, stdout } = await world.run(['list']);
    expect(status).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(new RegExp(`^${MCHID} +complete +certificate +[0-9A-F]{40} +\\d{4}-`));
    expect(lines[2]).toMatch(/^1900000002 +incomplete +none +- +- +- +1$/);
    const { json } = await world.json(['list']);
    expect(json).toMatchObject({
      command: 'list',
      ok: true,
      stage: 'dev',
      merchants: [
        { mchid: MCHID, complete: true, mode: 'certificate', pending: false, previous: false },
        { mchid: '1900000002', complete: false, mode: 'none', certificate_serial: null },
      ],
    });
  });
});
