import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type AlgorithmSpec,
  CreateKeyCommand,
  DescribeKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type ImportKeyMaterialCommandInput,
  type KeySpec,
  type KeyUsageType,
  type KMSClient,
  type WrappingKeySpec,
} from '@aws-sdk/client-kms';

export const rsaKey = (modulusLength = 2048): KeyObject =>
  generateKeyPairSync('rsa', { modulusLength }).privateKey;

export const pkcs8 = (key: KeyObject): Buffer => key.export({ type: 'pkcs8', format: 'der' });

/** The steps of an import through the SDK, for tests that are about one of them. */
export const importerOf = (client: KMSClient) => ({
  create: async (KeySpec: KeySpec = 'RSA_2048', KeyUsage: KeyUsageType = 'SIGN_VERIFY'): Promise<string> => {
    const command = new CreateKeyCommand({ KeySpec, KeyUsage, Origin: 'EXTERNAL' });
    return (await client.send(command)).KeyMetadata?.Arn ?? '';
  },
  parameters: async (
    KeyId: string,
    WrappingAlgorithm: AlgorithmSpec = 'RSA_AES_KEY_WRAP_SHA_256',
    WrappingKeySpec: WrappingKeySpec = 'RSA_2048',
  ) => {
    const command = new GetParametersForImportCommand({ KeyId, WrappingAlgorithm, WrappingKeySpec });
    const { ImportToken, PublicKey = new Uint8Array(), ...rest } = await client.send(command);
    const size = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
      .asymmetricKeyDetails?.modulusLength;
    return { ...rest, ImportToken, PublicKey, size };
  },
  send: (
    KeyId: string,
    ImportToken: Uint8Array | undefined,
    EncryptedKeyMaterial: Uint8Array,
    more: Partial<ImportKeyMaterialCommandInput> = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' },
  ) => client.send(new ImportKeyMaterialCommand({ KeyId, ImportToken, EncryptedKeyMaterial, ...more })),
  describe: async (KeyId: string) => (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata,
});
