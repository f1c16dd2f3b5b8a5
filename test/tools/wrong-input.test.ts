import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generateRsaKeyPair, type KeyPair } from '../../sandbox/pki.ts';
import {
  API_V3_KEY,
  addCompleteMerchant,
  keysOf,
  MCHID,
  startWorld,
  type World,
} from '../support/cli-world.ts';

const ID = `PUB_KEY_ID_01${MCHID}2024000000000000`;
let world: World;
let pair: KeyPair;
let files: Record<string, string>;
beforeAll(async () => {
  [world, pair] = await Promise.all([startWorld({ region: 'eu-central-1' }), generateRsaKeyPair()]);
  const { publicKeyPem } = await addCompleteMerchant(world, MCHID);
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const big = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const { certificatePem } = await world.certify(pair.publicKeyPem);
  const ended = { notBefore: new Date('2019-01-01'), notAfter: new Date('2024-01-01') };
  const pkcs8 = { format: 'pem', type: 'pkcs8' } as const;
  const contents: Record<string, string | Buffer> = {
    key: pair.privateKeyPem,
    certificate: certificatePem,
    public: pair.publicKeyPem,
    own: publicKeyPem,
    encrypted: pair.privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'secret' }),
    ec: ec.export(pkcs8),
    rsa3072: big.privateKey.export(pkcs8),
    public3072: big.publicKey.export({ format: 'pem', type: 'spki' }),
    other: (await world.certify(pair.publicKeyPem, '1900000009')).certificatePem,
    platform: world.wechatpay.platform.certificates[0]?.certificatePem ?? '',
    ended: (await world.certify(pair.publicKeyPem, MCHID, ended)).certificatePem,
    cut: `${certificatePem.slice(0, 400)}\n-----END CERTIFICATE-----\n`,
    cutKey: `${pair.privateKeyPem.slice(0, 400)}\n-----END PRIVATE KEY-----\n`,
    binary: Buffer.from([0x30, 0x82, 1, 2]),
    // RFC 7292: version 3 is what a PKCS#12 file begins with.
    pkcs12: Buffer.from('30820a1102010330820a07', 'hex'),
    pkcs12Streamed: Buffer.from('308002010330800609', 'hex'),
    openssh: `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from('openssh-key-v1\0').toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    oldEncrypted: pair.privateKey.export({
      format: 'pem',
      type: 'pkcs1',
      cipher: 'aes-128-cbc',
      passphrase: 'x',
    }),
    encryptedWithCertificate:
      certificatePem + pair.privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x' }),
    foreignChain:
      (world.wechatpay.platform.certificates[0]?.certificatePem ?? '') + world.wechatpay.ca.certificatePem,
    short: API_V3_KEY.slice(1),
    twoLines: `${API_V3_KEY}\n${API_V3_KEY}\n`,
    blankAtEnd: `${API_V3_KEY.slice(1)} `,
    control: `${API_V3_KEY.slice(1)}\x07`,
    chinese: `${API_V3_KEY.slice(3)}密`,
    api: API_V3_KEY,
  };
  files = {};
  for (const [name, content] of Object.entries(contents)) files[name] = await world.file(name, content);
});
afterAll(() => world.close());
afterEach(() => world.kms.setPolicy(undefined));

/** `@name` stands for one of the files. */
const run = (...args: string[]) =>
  world.run(args.map((arg) => (arg.startsWith('@') ? (files[arg.slice(1)] ?? `no file ${arg}`) : arg)));
const importing = (key: string, certificate = '@certificate') => [
  'import-key',
  MCHID,
  '--key-file',
  key,
  '--certificate-file',
  certificate,
];
const certificate = (file: string) => ['set-certificate', MCHID, '--certificate-file', file];
const publicKey = (file: string, id = ID) => ['set-public-key', MCHID, '--id', id, '--public-key-file', file];

describe('a file that is not what was asked for', () => {
  it.each([
    [importing('@certificate'), '--key-file: this file is a certificate'],
    [importing('@public'), '--key-file: this file is a public key'],
    [importing('@encrypted'), 'protected by a password'],
    [importing('@oldEncrypted'), 'protected by a password'],
    [importing('@encryptedWithCertificate'), 'protected by a password. Remove the password first'],
    [importing('@openssh'), 'in the format of OpenSSH. Convert a copy'],
    [importing('@pkcs12'), '--key-file: this file is PKCS#12 (.p12 or .pfx)'],
    [importing('@key', '@pkcs12Streamed'), '--certificate-file: this file is PKCS#12 (.p12 or .pfx)'],
    [importing('@ec'), 'not RSA with 2048 bits (ec)'],
    [importing('@rsa3072'), 'not RSA with 2048 bits (rsa, 3072 bits)'],
    [importing('@cutKey'), '--key-file: the file is damaged'],
    [importing('@binary'), '--key-file: this file is binary (DER), not PEM'],
    [importing('@key', '@key'), '--certificate-file: this file is a private key'],
    [certificate('@key'), '--certificate-file: this file is a private key'],
    [certificate('@public'), '--certificate-file: this file is a public key'],
    [certificate('@cut'), '--certificate-file: the file is damaged'],
    [certificate('@platform'), 'a certificate of WeChat Pay'],
    [certificate('@foreignChain'), 'a certificate of WeChat Pay'],
    [certificate('@other'), 'the certificate of merchant 1900000009'],
    [certificate('@ended'), 'this certificate has ended'],
    [certificate('@certificate'), 'issued for another key'],
    [certificate('/nowhere/to/be/found'), 'does not exist'],
    [certificate('/'), 'a folder'],
    [
      ['set-api-v3-key', MCHID, '--key-file', '@short'],
      'exactly 32 characters, letters and digits only. This has 31.',
    ],
    [['set-api-v3-key', MCHID, '--key-file', '@twoLines'], 'This has 65, among them a line break'],
    [['set-api-v3-key', MCHID, '--key-file', '@blankAtEnd'], 'This has 32, among them a blank'],
    [['set-api-v3-key', MCHID, '--key-file', '@control'], 'This has 32, among them a control character'],
    [['set-api-v3-key', MCHID, '--key-file', '@chinese'], 'This has 32, among them one that is neither'],
    [['set-api-v3-key', MCHID, '--key-file', '@key'], 'this is a PEM file'],
    [publicKey('@certificate'), '--public-key-file: this file is a certificate'],
    [publicKey('@key'), '--public-key-file: this file is a private key'],
    [publicKey('@public3072'), 'not RSA with 2048 bits'],
    [publicKey('@own'), "the merchant's own public key"],
    [publicKey('@public', '0114232134912410000000000000'), 'begins with PUB_KEY_ID_'],
    [publicKey('@public', '5157F09EFDC096DE15EBE81A47057A7232F1B8E1'), 'the serial of a certificate'],
  ])('%j is refused, and nothing is written', async (args, message) => {
    const before = await world.registry.readItem(MCHID);
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(await world.registry.readItem(MCHID)).toEqual(before);
  });

  it('says so when key and certificate do not belong together', async () => {
    const another = await generateRsaKeyPair();
    files['another'] = await world.file('another', another.privateKeyPem);
    const { status, stderr } = await run(...importing('@another'));
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('do not belong together'),
    });
  });
});

describe('wrong usage', () => {
  const SECRET = 'SecretSecretSecretSecretSecret32';
  it.each([
    [[], 'Usage: npm run merchant'],
    [['frobnicate'], 'no such command'],
    [['toString'], 'no such command'],
    [['add'], 'number is missing'],
    [['add', 'abc'], 'digits only'],
    [['add', MCHID, '--nonsense', SECRET], 'an option that this command does not have'],
    [['add', MCHID, '--stage', 'a b'], '--stage'],
    [['list', MCHID], 'an argument too many'],
    [['set-certificate', MCHID], '--certificate-file is missing'],
    [['set-api-v3-key', MCHID], '--key-file is missing'],
    [['set-public-key', MCHID], '--id is missing'],
    [['set-api-v3-key', MCHID, SECRET], 'never given as arguments'],
    [['set-api-v3-key', MCHID, `--key=${SECRET}`], 'an option that this command does not have'],
    [['set-api-v3-key', MCHID, '--key-file', SECRET], 'looks like a secret'],
    [['set-api-v3-key', MCHID, '--key-file', `-----BEGIN ${SECRET}`], 'looks like a secret'],
    [[SECRET], 'no such command'],
    [[`--${SECRET}`], 'an option that this command does not have'],
    [['add', MCHID, `-${SECRET}`], 'an option that this command does not have'],
    [['add', MCHID, '--', SECRET], 'never given as arguments'],
    [['add', MCHID, '--yes', SECRET], 'never given as arguments'],
    [['add', MCHID, `--yes=${SECRET}`], 'an option that this command does not have'],
    [['add', MCHID, '--stage', `-${SECRET}`], 'An option lacks its value'],
    [['help', SECRET], 'no such command'],
    [['add', SECRET], 'digits only'],
  ])('%j ends with 2 and repeats nothing', async (args, message) => {
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
    expect(stderr).not.toContain(SECRET);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('is JSON too when that was asked for', async () => {
    const { status, json, stderr } = await world.json(['add', 'abc']);
    expect({ status, json, stderr }).toEqual({
      status: 2,
      json: { command: 'add', ok: false, error: expect.stringContaining('digits only') },
      stderr: '',
    });
  });
});

describe('an obstacle', () => {
  it.each(['create-key', 'csr', 'check', 'rotate', 'retire'])(
    '%s of an unknown merchant',
    async (command) => {
      const { status, stderr } = await run(command, '1999999999');
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringContaining('run `add 1999999999 --stage dev` first'),
      });
    },
  );

  it('is a KMS that denies', async () => {
    world.kms.setPolicy(() => false);
    for (const args of [
      ['csr', MCHID],
      ['create-key', MCHID],
      ['set-api-v3-key', MCHID, '--key-file', '@api'],
    ]) {
      const { status, stderr } = await run(...args);
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringContaining('ask for the permission'),
      });
      expect(stderr).toContain('AWS says: ');
    }
  });

  it('is a key that will be deleted', async () => {
    const { arn } = await addCompleteMerchant(world, '1900000004');
    world.kms.setKeyState(arn, 'PendingDeletion');
    const csr = await run('csr', '1900000004');
    expect(csr).toMatchObject({ status: 1, stderr: expect.stringContaining('cancel-key-deletion') });
    const check = await run('check', '1900000004');
    expect(check).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('fail  the key is going to be deleted'),
    });
  });

  it('is a registry that is not there', async () => {
    const { status, stderr } = await run('add', MCHID, '--stage', 'prod');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('check --stage, --region and --profile'),
    });
  });

  it('is somebody else who writes at the same time; a key made in vain does not stay', async () => {
    await run('add', '1900000005');
    const conditional = await Promise.all([1, 2, 3].map(() => world.json(['create-key', '1900000005'])));
    const made = conditional
      .filter(({ status }) => status === 0)
      .map(({ json }) => json['pending_signing_key_arn']);
    const lost = conditional.filter(({ status }) => status !== 0).map(({ json }) => json['error']);
    for (const error of lost) expect(error).toContain('somebody else changed merchant 1900000005');
    const item = await world.registry.readItem('1900000005');
    expect(new Set(made)).toEqual(new Set([item?.pending_signing_key_arn]));
    expect(await keysOf(world, '1900000005')).toEqual([item?.pending_signing_key_arn]);
    const again = await world.json(['create-key', '1900000005']);
    expect(again.json).toMatchObject({
      created: false,
      pending_signing_key_arn: item?.pending_signing_key_arn,
    });
  });

  it('is having no credentials', async () => {
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', HOME: world.folder };
    const { status, stderr } = await world.runAlone(['list'], { env: none });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('no AWS credentials were found'),
    });
  });
});

describe('--help', () => {
  it.each([
    'add',
    'create-key',
    'csr',
    'import-key',
    'set-certificate',
    'set-api-v3-key',
    'set-public-key',
    'remove-public-key',
    'check',
    'list',
    'rotate',
    'retire',
  ])('explains %s', async (command) => {
    const { status, stdout } = await run(command, '--help');
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: npm run merchant -- ${command}`);
    expect(stdout).toContain('--stage <NAME>');
  });

  it('lists every command', async () => {
    const { status, stdout } = await run('--help');
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('set-api-v3-key  ') });
  });
});
