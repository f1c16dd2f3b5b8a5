import {
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetPublicKeyCommand,
  type KMSClient,
  ScheduleKeyDeletionCommand,
  SignCommand,
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

describe('key states', () => {
  const send = {
    enable: (KeyId: string) => client.send(new EnableKeyCommand({ KeyId })),
    disable: (KeyId: string) => client.send(new DisableKeyCommand({ KeyId })),
    schedule: (KeyId: string, PendingWindowInDays?: number) =>
      client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays })),
  };

  it('a disabled key signs nothing and shows no public key until it is enabled', async () => {
    const { arn } = await kms.createRsaKey();
    await send.disable(arn);
    const disabled = { name: 'DisabledException', message: `${arn} is disabled.`, status: 400 };
    expect(await failureOf(sign(arn))).toMatchObject(disabled);
    expect(await failureOf(client.send(new GetPublicKeyCommand({ KeyId: arn })))).toMatchObject(disabled);
    expect(await stateOf(arn)).toBe('Disabled');
    await send.enable(arn);
    expect((await sign(arn)).KeyId).toBe(arn);
  });

  it('a key pending deletion can be nothing but described', async () => {
    const { arn } = await kms.createRsaKey();
    expect(await send.schedule(arn, 7)).toMatchObject({ KeyId: arn, KeyState: 'PendingDeletion' });
    const pending = { name: 'KMSInvalidStateException', message: `${arn} is pending deletion.`, status: 400 };
    const refused = [sign(arn), send.enable(arn), send.disable(arn), send.schedule(arn)];
    for (const work of refused) expect(await failureOf(work)).toMatchObject(pending);
    expect(await stateOf(arn)).toBe('PendingDeletion');
  });

  it.each([6, 31])('deletion in %i days is refused', async (days) => {
    expect((await failureOf(send.schedule(rsa.arn, days))).name).toBe('ValidationException');
    expect(await stateOf(rsa.arn)).toBe('Enabled');
  });

  it.each([
    ['Disabled', 'DisabledException'],
    ['PendingDeletion', 'KMSInvalidStateException'],
    ['PendingImport', 'KMSInvalidStateException'],
    ['Unavailable', 'KMSInvalidStateException'],
  ] as const)('set by a test to %s make Sign answer %s', async (state, name) => {
    const { arn } = await kms.createRsaKey();
    kms.setKeyState(arn, state);
    expect((await failureOf(sign(arn))).name).toBe(name);
    kms.setKeyState(arn, 'Enabled');
    expect((await sign(arn)).KeyId).toBe(arn);
  });
});
