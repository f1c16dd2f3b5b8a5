import { createPublicKey } from 'node:crypto';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GetPublicKeyCommand,
  type KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
  paginateListKeys,
  SignCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const UNKNOWN = '1234abcd-12ab-34cd-56ef-1234567890ab';

let kms: KmsSandbox;
let client: KMSClient;
let rsa: { arn: string; keyId: string; publicKeyPem: string };

beforeAll(async () => {
  kms = await startKms({ accountId: '444455556666' });
  client = clientOf(kms);
  rsa = await kms.createRsaKey();
});
afterAll(() => kms.close());

const sign = (KeyId: string) =>
  client.send(
    new SignCommand({ KeyId, Message: Buffer.from('m'), SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' }),
  );

describe('keys', () => {
  it('are described with what they can do, and live in the partition of their region', async () => {
    const tags = [{ TagKey: 'mchid', TagValue: '1900000001' }];
    const input = {
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      Description: 'merchant',
      Tags: tags,
    } as const;
    const { KeyMetadata: key } = await client.send(new CreateKeyCommand(input));
    expect(key).toMatchObject({
      AWSAccountId: '444455556666',
      Arn: `arn:aws-cn:kms:cn-north-1:444455556666:key/${key?.KeyId}`,
      Description: 'merchant',
      Enabled: true,
      KeyManager: 'CUSTOMER',
      KeySpec: 'RSA_2048',
      KeyState: 'Enabled',
      KeyUsage: 'SIGN_VERIFY',
      Origin: 'AWS_KMS',
      SigningAlgorithms: expect.arrayContaining(['RSASSA_PKCS1_V1_5_SHA_256']) as unknown,
    });
    expect(key?.CreationDate).toBeInstanceOf(Date);
    const described = await client.send(new DescribeKeyCommand({ KeyId: key?.KeyId }));
    expect(described.KeyMetadata).toEqual(key);
    const listed = await client.send(new ListResourceTagsCommand({ KeyId: key?.KeyId }));
    expect(listed).toMatchObject({ Tags: tags, Truncated: false });
  });

  it('are symmetric by default, and RSA ones need a usage', async () => {
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    expect(KeyMetadata).toMatchObject({ KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' });
    expect(KeyMetadata?.EncryptionAlgorithms).toEqual(['SYMMETRIC_DEFAULT']);
    for (const bad of [{ KeySpec: 'RSA_2048' }, { KeyUsage: 'SIGN_VERIFY' }, { KeySpec: 'RSA_1024' }]) {
      const command = new CreateKeyCommand(bad as object);
      expect((await failureOf(client.send(command))).name).toBe('ValidationException');
    }
  });

  it('have ARNs of the aws partition outside China', async () => {
    const global = await startKms({ region: 'eu-central-1' });
    expect(global.createSymmetricKey().arn).toMatch(/^arn:aws:kms:eu-central-1:\d{12}:key\//);
    await global.close();
  });

  it('hand out their public key, if they have one', async () => {
    const answer = await client.send(new GetPublicKeyCommand({ KeyId: rsa.keyId }));
    const der = Buffer.from(answer.PublicKey ?? []);
    expect(
      createPublicKey({ key: der, format: 'der', type: 'spki' }).equals(createPublicKey(rsa.publicKeyPem)),
    ).toBe(true);
    expect(answer).toMatchObject({ KeyId: rsa.arn, KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
    const KeyId = kms.createSymmetricKey().arn;
    expect(await failureOf(client.send(new GetPublicKeyCommand({ KeyId })))).toMatchObject({
      name: 'UnsupportedOperationException',
    });
  });

  it('are listed page by page', async () => {
    kms.createSymmetricKey();
    kms.createSymmetricKey();
    const all = (await client.send(new ListKeysCommand({}))).Keys ?? [];
    const paged = [];
    for await (const { Keys } of paginateListKeys({ client, pageSize: 2 }, {})) paged.push(...(Keys ?? []));
    expect(paged).toEqual(all);
    expect(all).toContainEqual({ KeyId: rsa.keyId, KeyArn: rsa.arn });
    const failure = await failureOf(client.send(new ListKeysCommand({ Marker: '!!' })));
    expect(failure.name).toBe('InvalidMarkerException');
  });

  it('can be tagged later, a new value replacing the old', async () => {
    const KeyId = kms.createSymmetricKey().arn;
    const tag = (TagValue: string) =>
      client.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'stage', TagValue }] }));
    await tag('test');
    await tag('live');
    const { Tags } = await client.send(new ListResourceTagsCommand({ KeyId }));
    expect(Tags).toEqual([{ TagKey: 'stage', TagValue: 'live' }]);
  });

  it('are not found by an alias where they are managed', async () => {
    kms.createSymmetricKey('alias/no-management');
    const command = new DisableKeyCommand({ KeyId: 'alias/no-management' });
    expect((await failureOf(client.send(command))).name).toBe('NotFoundException');
  });

  it.each([
    ['an id that is none', () => 'no-such-key', "Invalid keyId 'no-such-key'"],
    ['an unknown id', () => UNKNOWN, UNKNOWN],
    ['an unknown ARN', () => rsa.arn.replace(rsa.keyId, UNKNOWN), UNKNOWN],
    [
      'the ARN of another region',
      () => rsa.arn.replace('cn-north-1', 'cn-northwest-1'),
      'Invalid arn cn-northwest-1',
    ],
    ['the ARN of another partition', () => rsa.arn.replace('aws-cn', 'aws'), 'Invalid arn'],
    ['an unknown alias', () => 'alias/nobody', 'alias/nobody is not found.'],
  ])('are not found by %s', async (_name, reference, message) => {
    expect(await failureOf(sign(reference()))).toMatchObject({
      name: 'NotFoundException',
      message: expect.stringContaining(message) as unknown,
      status: 400,
    });
  });
});
