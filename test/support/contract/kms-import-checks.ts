import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import {
  type AlgorithmSpec,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  type ExpirationModelType,
  GetParametersForImportCommand,
  GetPublicKeyCommand,
  ImportKeyMaterialCommand,
} from '@aws-sdk/client-kms';
import { type Check, eventually, refused, type World } from './kms-world.ts';
import { wrapKey } from './wrap.ts';

const message = Buffer.from('signed by a key that came from outside');
const digest = createHash('sha256').update(message).digest();
const FOREVER: ExpirationModelType = 'KEY_MATERIAL_DOES_NOT_EXPIRE';

const newKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const pkcs8 = (key: KeyObject): Buffer => key.export({ type: 'pkcs8', format: 'der' });

const parametersOf = async (
  { client }: World,
  KeyId: string,
  WrappingAlgorithm: AlgorithmSpec = 'RSA_AES_KEY_WRAP_SHA_256',
) => {
  const command = new GetParametersForImportCommand({
    KeyId,
    WrappingAlgorithm,
    WrappingKeySpec: 'RSA_2048',
  });
  const answer = await client.send(command);
  assert.ok(answer.PublicKey && answer.ImportToken && answer.ParametersValidTo);
  return { ...answer, PublicKey: answer.PublicKey, ImportToken: answer.ImportToken };
};

/** One import with parameters of its own: after a failure AWS asks for new ones. */
const importInto = async (
  world: World,
  KeyId: string,
  change: { material: KeyObject; blob?: Buffer; token?: Buffer; ExpirationModel?: ExpirationModelType },
) => {
  const { PublicKey, ImportToken } = await parametersOf(world, KeyId);
  const { material, blob, token, ExpirationModel = FOREVER } = change;
  return world.client.send(
    new ImportKeyMaterialCommand({
      KeyId,
      ImportToken: token ?? ImportToken,
      EncryptedKeyMaterial: blob ?? wrapKey(PublicKey, pkcs8(material)),
      ExpirationModel,
    }),
  );
};

const hasState = ({ client }: World, KeyId: string, KeyState: string) =>
  eventually(async () => {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    assert.partialDeepStrictEqual(
      { ...KeyMetadata },
      { KeyState, Origin: 'EXTERNAL', Enabled: KeyState === 'Enabled' },
    );
    return KeyMetadata;
  });

const startsEmpty = async (world: World): Promise<void> => {
  const { Arn, KeyState, Origin } = await world.emptyKey();
  assert.deepEqual([KeyState, Origin], ['PendingImport', 'EXTERNAL']);
  await hasState(world, Arn, 'PendingImport');
  const uses = [
    () => world.sign(Arn, digest),
    () => world.client.send(new GetPublicKeyCommand({ KeyId: Arn })),
  ];
  for (const use of uses) {
    const error = await eventually(() => refused(use(), 'KMSInvalidStateException'));
    assert.ok(error.message.includes('pending import'), error.message);
  }
};

const givesParameters = async (world: World): Promise<void> => {
  const { Arn } = await world.emptyKey();
  const answer = await eventually(() => parametersOf(world, Arn));
  assert.equal(answer.KeyId, Arn);
  const key = createPublicKey({ key: Buffer.from(answer.PublicKey), format: 'der', type: 'spki' });
  assert.equal(key.asymmetricKeyDetails?.modulusLength, 2048);
  // AWS's text calls this unsupported; which of the two names the service answers with, it does not say.
  const plain = parametersOf(world, Arn, 'RSAES_OAEP_SHA_256');
  await refused(plain, 'UnsupportedOperationException', 'ValidationException');
  const own = await world.signingKey();
  await eventually(() => refused(parametersOf(world, own.Arn), 'UnsupportedOperationException'));
};

const refusesImports = async (world: World): Promise<void> => {
  const { Arn } = await world.emptyKey();
  const material = newKey();
  const bad = (change: object, name: string) =>
    eventually(() => refused(importInto(world, Arn, { material, ...change }), name));
  await bad({ blob: Buffer.alloc(1488, 7) }, 'InvalidCiphertextException');
  await bad({ token: Buffer.alloc(256, 7) }, 'InvalidImportTokenException');
  await bad({ ExpirationModel: 'KEY_MATERIAL_EXPIRES' }, 'ValidationException');
  await hasState(world, Arn, 'PendingImport');
};

const imports = async (world: World): Promise<void> => {
  const { Arn } = await world.emptyKey();
  const material = newKey();
  await eventually(() => importInto(world, Arn, { material }));
  assert.equal((await hasState(world, Arn, 'Enabled'))?.ExpirationModel, FOREVER);
  const { Signature } = await eventually(() => world.sign(Arn, digest));
  const publicKey = createPublicKey(material);
  assert.ok(verify('sha256', message, publicKey, Buffer.from(Signature ?? [])));
  await refused(importInto(world, Arn, { material: newKey() }), 'IncorrectKeyMaterialException');

  await world.client.send(new DeleteImportedKeyMaterialCommand({ KeyId: Arn }));
  await hasState(world, Arn, 'PendingImport');
  await eventually(() => refused(world.sign(Arn, digest), 'KMSInvalidStateException'));
  await refused(importInto(world, Arn, { material: newKey() }), 'IncorrectKeyMaterialException');
  await importInto(world, Arn, { material });
  await hasState(world, Arn, 'Enabled');
  const again = await eventually(() => world.sign(Arn, digest));
  assert.deepEqual(again.Signature, Signature);
};

/** It may be the key that cannot be made, or a wrapping key for it that cannot be had. */
const importsNothing = async (world: World): Promise<void> => {
  const attempt = async () => parametersOf(world, (await world.emptyKey()).Arn);
  await refused(attempt(), 'UnsupportedOperationException');
};

export const importChecks = (world: World, supported: boolean): Check[] =>
  supported
    ? [
        { name: 'makes a key without material that is good for nothing', run: () => startsEmpty(world) },
        { name: 'gives a wrapping key for RSA_AES_KEY_WRAP only', run: () => givesParameters(world) },
        { name: 'refuses what was not wrapped for the key', run: () => refusesImports(world) },
        { name: 'imports an RSA key, drops it and takes only the same again', run: () => imports(world) },
      ]
    : [{ name: 'refuses to import an RSA key', run: () => importsNothing(world) }];
