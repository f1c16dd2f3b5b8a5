import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  type KMSClient,
  ListAliasesCommand,
  SignCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

let kms: KmsSandbox;
let client: KMSClient;
let rsa: { arn: string; keyId: string; publicKeyPem: string };

beforeAll(async () => {
  kms = await startKms();
  client = clientOf(kms);
  rsa = await kms.createRsaKey();
});
afterAll(() => kms.close());

const sign = (KeyId: string) =>
  client.send(
    new SignCommand({ KeyId, Message: Buffer.from('m'), SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' }),
  );
const stateOf = async (KeyId: string) =>
  (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;

describe('aliases', () => {
  const create = (AliasName: string, TargetKeyId: string) =>
    client.send(new CreateAliasCommand({ AliasName, TargetKeyId }));

  it('stand for a key by name and by ARN; the answer names the key', async () => {
    await create('alias/merchant/a', rsa.keyId);
    const arn = rsa.arn.replace(`key/${rsa.keyId}`, 'alias/merchant/a');
    for (const reference of ['alias/merchant/a', arn]) expect((await sign(reference)).KeyId).toBe(rsa.arn);
    const { Aliases } = await client.send(new ListAliasesCommand({ KeyId: rsa.arn }));
    expect(Aliases).toContainEqual(
      expect.objectContaining({ AliasName: 'alias/merchant/a', AliasArn: arn, TargetKeyId: rsa.keyId }),
    );
  });

  it('move to another key of the same kind, and to no other', async () => {
    const next = await kms.createRsaKey();
    await create('alias/moving', rsa.keyId);
    const move = (TargetKeyId: string) =>
      client.send(new UpdateAliasCommand({ AliasName: 'alias/moving', TargetKeyId }));
    await move(next.arn);
    expect((await sign('alias/moving')).KeyId).toBe(next.arn);
    expect((await failureOf(move(kms.createSymmetricKey().arn))).name).toBe('ValidationException');
    expect((await sign('alias/moving')).KeyId).toBe(next.arn);
  });

  it('are unique, end with DeleteAlias, and need the prefix', async () => {
    await create('alias/once', rsa.keyId);
    expect((await failureOf(create('alias/once', rsa.keyId))).name).toBe('AlreadyExistsException');
    const remove = () => client.send(new DeleteAliasCommand({ AliasName: 'alias/once' }));
    await remove();
    expect((await failureOf(sign('alias/once'))).name).toBe('NotFoundException');
    expect((await failureOf(remove())).name).toBe('NotFoundException');
    expect((await failureOf(create('once', rsa.keyId))).name).toBe('ValidationException');
  });

  it('do not name a key where it is managed', async () => {
    await create('alias/no-management', rsa.keyId);
    const command = new DisableKeyCommand({ KeyId: 'alias/no-management' });
    expect((await failureOf(client.send(command))).name).toBe('NotFoundException');
    expect(await stateOf('alias/no-management')).toBe('Enabled');
  });
});
