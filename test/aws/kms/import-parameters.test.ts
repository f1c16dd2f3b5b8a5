import { randomBytes } from 'node:crypto';
import {
  type AlgorithmSpec,
  CreateKeyCommand,
  DeleteImportedKeyMaterialCommand,
  type KMSClient,
  type WrappingKeySpec,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf } from '../../support/aws/kms-test-client.ts';
import { wrapSecret } from '../../support/contract/wrap.ts';
import { importerOf, rsaKey } from './import-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const HOUR_MS = 3_600_000;

let kms: KmsSandbox;
let client: KMSClient;
let importer: ReturnType<typeof importerOf>;

beforeAll(async () => {
  kms = await startKms({ region: 'eu-central-1' });
  client = clientOf(kms);
  importer = importerOf(client);
});
afterAll(() => kms.close());

describe('GetParametersForImport', () => {
  it('answers with parameters valid for 24 hours', async () => {
    const before = Date.now();
    const { ParametersValidTo } = await importer.parameters(await importer.create());
    const validFor = (ParametersValidTo?.getTime() ?? 0) - 24 * HOUR_MS;
    expect(validFor).toBeGreaterThanOrEqual(before - 1000);
    expect(validFor).toBeLessThanOrEqual(Date.now());
  });

  it('refuses a key of origin AWS_KMS, as the other two operations do', async () => {
    const own = (await kms.createRsaKey()).arn;
    const failures = [
      importer.parameters(own),
      importer.send(own, randomBytes(8), randomBytes(8)),
      client.send(new DeleteImportedKeyMaterialCommand({ KeyId: own })),
    ];
    for (const failure of failures) {
      expect(await failureOf(failure)).toMatchObject({
        name: 'UnsupportedOperationException',
        message: `${own} origin is AWS_KMS which is not valid for this operation.`,
        status: 400,
      });
    }
  });

  it.each([
    ['RSA_2048', 'RSAES_OAEP_SHA_256', 'RSA_2048', 'UnsupportedOperationException'],
    ['RSA_2048', 'RSAES_OAEP_SHA_1', 'RSA_4096', 'UnsupportedOperationException'],
    ['RSA_2048', 'RSAES_PKCS1_V1_5', 'RSA_2048', 'UnsupportedOperationException'],
    ['SYMMETRIC_DEFAULT', 'RSA_AES_KEY_WRAP_SHA_256', 'RSA_2048', 'UnsupportedOperationException'],
    ['RSA_2048', 'RSA_AES_KEY_WRAP_SHA_256', 'SM2', 'UnsupportedOperationException'],
    ['RSA_2048', 'RSA_AES_KEY_WRAP_SHA_512', 'RSA_2048', 'ValidationException'],
    ['RSA_2048', 'RSA_AES_KEY_WRAP_SHA_256', 'RSA_1024', 'ValidationException'],
  ])('refuses for %s the algorithm %s under %s', async (spec, algorithm, wrapping, name) => {
    const usage = spec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : 'SIGN_VERIFY';
    const id = await importer.create(spec === 'RSA_2048' ? spec : 'SYMMETRIC_DEFAULT', usage);
    const work = importer.parameters(id, algorithm as AlgorithmSpec, wrapping as WrappingKeySpec);
    expect(await failureOf(work)).toMatchObject({ name, status: 400 });
  });

  it('is subject to a policy on the wrapping algorithm, and logged with it', async () => {
    const id = await importer.create();
    kms.setPolicy((request) => request.wrappingAlgorithm !== 'RSA_AES_KEY_WRAP_SHA_1');
    try {
      const failure = await failureOf(importer.parameters(id, 'RSA_AES_KEY_WRAP_SHA_1'));
      expect(failure.name).toBe('AccessDeniedException');
      await importer.parameters(id);
    } finally {
      kms.setPolicy(undefined);
    }
    const logged = kms.calls.filter(({ operation }) => operation === 'GetParametersForImport').slice(-2);
    expect(logged.map((call) => call.wrappingAlgorithm)).toEqual([
      'RSA_AES_KEY_WRAP_SHA_1',
      'RSA_AES_KEY_WRAP_SHA_256',
    ]);
  });
});

describe('in China', () => {
  let china: KmsSandbox;
  beforeAll(async () => {
    china = await startKms({ region: 'cn-northwest-1' });
  });
  afterAll(() => china.close());

  it('no RSA key takes material from outside', async () => {
    const make = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', Origin: 'EXTERNAL' } as const;
    const created = await failureOf(clientOf(china).send(new CreateKeyCommand(make)));
    expect(created).toMatchObject({ name: 'UnsupportedOperationException', status: 400 });
    const privateKeyPem = String(rsaKey().export({ type: 'pkcs8', format: 'pem' }));
    const { arn } = await china.createRsaKey({ privateKeyPem });
    for (const algorithm of ['RSA_AES_KEY_WRAP_SHA_256', 'RSA_AES_KEY_WRAP_SHA_1'] as const) {
      const failure = await failureOf(importerOf(clientOf(china)).parameters(arn, algorithm));
      expect(failure).toMatchObject({
        name: 'UnsupportedOperationException',
        message: `WrappingAlgorithm ${algorithm} is not supported in this region.`,
      });
    }
  });

  it('a symmetric key takes 128 bits', async () => {
    const there = importerOf(clientOf(china));
    const id = await there.create('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT');
    const { ImportToken, PublicKey } = await there.parameters(id, 'RSAES_OAEP_SHA_256');
    const send = (bytes: number) =>
      there.send(id, ImportToken, wrapSecret(PublicKey, randomBytes(bytes), 'sha256'));
    expect((await failureOf(send(32))).name).toBe('IncorrectKeyMaterialException');
    await send(16);
    expect((await there.describe(id))?.KeyState).toBe('Enabled');
  });
});
