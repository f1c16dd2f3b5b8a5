import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GetPublicKeyCommand,
  ListResourceTagsCommand,
  paginateListKeys,
  TagResourceCommand,
} from '@aws-sdk/client-kms';
import { type Check, eventually, refused, type World } from './kms-world.ts';

const NOBODY = '1234abcd-12ab-34cd-56ef-1234567890ab';
const message = Buffer.from(
  'POST\n/v3/vehicle/etc/preopen\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n{}\n',
);
const digest = createHash('sha256').update(message).digest();
const context = { purpose: 'contract', mchid: '1900000001' };

const isCreated = async ({ signingKey, client }: World): Promise<void> => {
  const key = await signingKey();
  const { Arn, KeyId } = key;
  assert.match(Arn, /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-f-]{36}$/);
  assert.ok(Arn.endsWith(`:key/${KeyId}`));
  const expected = {
    Enabled: true,
    KeyManager: 'CUSTOMER',
    KeySpec: 'RSA_2048',
    KeyState: 'Enabled',
    KeyUsage: 'SIGN_VERIFY',
    Origin: 'AWS_KMS',
  };
  assert.partialDeepStrictEqual(key, expected);
  assert.ok(key.SigningAlgorithms?.includes('RSASSA_PKCS1_V1_5_SHA_256'));
  for (const name of [Arn, KeyId]) {
    const { KeyMetadata } = await eventually(() => client.send(new DescribeKeyCommand({ KeyId: name })));
    assert.partialDeepStrictEqual({ ...KeyMetadata }, { ...expected, Arn, KeyId });
  }
};

/** By this the operator's tool finds a key whose making was interrupted. */
const isListed = async ({ signingKey, client }: World): Promise<void> => {
  const { Arn, Description } = await signingKey();
  const listed = async (): Promise<string[]> => {
    const arns: string[] = [];
    for await (const { Keys = [] } of paginateListKeys({ client }, { Limit: 20 }))
      arns.push(...Keys.map(({ KeyArn = '' }) => KeyArn));
    return arns;
  };
  await eventually(async () => assert.ok((await listed()).includes(Arn)));
  const { KeyMetadata } = await eventually(() => client.send(new DescribeKeyCommand({ KeyId: Arn })));
  assert.equal(KeyMetadata?.Description, Description);
};

const isTagged = async ({ signingKey, client }: World): Promise<void> => {
  const { KeyId } = await signingKey();
  const tags = (value: string) =>
    eventually(async () => {
      const { Tags } = await client.send(new ListResourceTagsCommand({ KeyId }));
      assert.deepEqual(Tags, [{ TagKey: 'purpose', TagValue: value }]);
    });
  await tags('contract');
  const Tags = [{ TagKey: 'purpose', TagValue: 'contract, again' }];
  await client.send(new TagResourceCommand({ KeyId, Tags }));
  await tags('contract, again');
};

const signs = async ({ signingKey, client, sign }: World): Promise<void> => {
  const { Arn, KeyId } = await signingKey();
  const answer = await eventually(() => client.send(new GetPublicKeyCommand({ KeyId })));
  assert.partialDeepStrictEqual({ ...answer }, { KeyId: Arn, KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
  const der = Buffer.from(answer.PublicKey ?? []);
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const signed = await eventually(() => sign(KeyId, digest));
  assert.partialDeepStrictEqual({ ...signed }, { KeyId: Arn, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' });
  assert.ok(verify('sha256', message, publicKey, Buffer.from(signed.Signature ?? [])));
  // PKCS #1 v1.5 has no salt: whoever hashes, the signature is the same.
  assert.deepEqual((await sign(Arn, message, 'RAW')).Signature, signed.Signature);
};

const isSwitched = async ({ signingKey, client, sign }: World): Promise<void> => {
  const { Arn, KeyId } = await signingKey();
  await client.send(new DisableKeyCommand({ KeyId }));
  const error = await eventually(() => refused(sign(KeyId, digest), 'DisabledException'));
  assert.ok(error.message.includes(Arn));
  await eventually(() => refused(client.send(new GetPublicKeyCommand({ KeyId })), 'DisabledException'));
  await client.send(new EnableKeyCommand({ KeyId }));
  await eventually(() => sign(KeyId, digest));
};

const seals = async ({ dataKey, client }: World): Promise<void> => {
  const { Arn, KeyId } = await dataKey();
  const Plaintext = Buffer.from('0123456789abcdef0123456789abcdef');
  const encrypt = new EncryptCommand({ KeyId, Plaintext, EncryptionContext: context });
  const { CiphertextBlob, KeyId: sealedBy } = await eventually(() => client.send(encrypt));
  assert.equal(sealedBy, Arn);
  const open = (EncryptionContext?: Record<string, string>, more = {}) =>
    client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, ...more }));
  for (const named of [{}, { KeyId: Arn }]) {
    const opened = await open(context, named);
    assert.equal(opened.KeyId, Arn);
    assert.ok(Plaintext.equals(Buffer.from(opened.Plaintext ?? [])));
  }
  for (const other of [{ ...context, mchid: '1900000002' }, { purpose: 'contract' }, undefined]) {
    await refused(open(other), 'InvalidCiphertextException');
  }
};

const refuses = async ({ signingKey, dataKey, client, sign }: World): Promise<void> => {
  const signing = await signingKey();
  const data = await dataKey();
  const Plaintext = Buffer.from('secret');
  await eventually(() => refused(sign(signing.Arn, digest.subarray(1)), 'ValidationException'));
  await eventually(() => refused(sign(data.Arn, digest), 'InvalidKeyUsageException'));
  const encrypt = () => client.send(new EncryptCommand({ KeyId: signing.Arn, Plaintext }));
  await eventually(() => refused(encrypt(), 'InvalidKeyUsageException'));
  await refused(sign(NOBODY, digest), 'NotFoundException');
  await refused(sign(signing.Arn.replace(signing.KeyId, NOBODY), digest), 'NotFoundException');
};

export const keyChecks = (world: World): Check[] => [
  { name: 'creates an RSA signing key and describes it', run: () => isCreated(world) },
  { name: 'lists a key by its ARN and keeps its description', run: () => isListed(world) },
  { name: 'keeps tags, a new value replacing the old', run: () => isTagged(world) },
  { name: 'signs a digest that verifies with GetPublicKey', run: () => signs(world) },
  { name: 'neither signs with nor shows a disabled key until it is enabled', run: () => isSwitched(world) },
  { name: 'encrypts under a context and decrypts under no other', run: () => seals(world) },
  { name: 'names its errors as AWS does', run: () => refuses(world) },
];
