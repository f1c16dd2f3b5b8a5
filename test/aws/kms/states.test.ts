import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
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

const DAY_MS = 86_400_000;

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
    cancel: (KeyId: string) => client.send(new CancelKeyDeletionCommand({ KeyId })),
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

  it('a key pending deletion can be nothing but described or saved, and comes back disabled', async () => {
    const { arn } = await kms.createRsaKey();
    expect(await send.schedule(arn, 7)).toMatchObject({ KeyId: arn, KeyState: 'PendingDeletion' });
    const pending = { name: 'KMSInvalidStateException', message: `${arn} is pending deletion.`, status: 400 };
    const alias = new CreateAliasCommand({ AliasName: 'alias/too-late', TargetKeyId: arn });
    const refused = [sign(arn), send.enable(arn), send.disable(arn), send.schedule(arn), client.send(alias)];
    for (const work of refused) expect(await failureOf(work)).toMatchObject(pending);
    expect(await stateOf(arn)).toBe('PendingDeletion');
    expect((await send.cancel(arn)).KeyId).toBe(arn);
    expect(await stateOf(arn)).toBe('Disabled');
    expect(await failureOf(send.cancel(arn))).toMatchObject({
      name: 'KMSInvalidStateException',
      message: `${arn} is not pending deletion.`,
    });
  });

  it.each([6, 31])('deletion in %i days is refused', async (days) => {
    expect((await failureOf(send.schedule(rsa.arn, days))).name).toBe('ValidationException');
    expect(await stateOf(rsa.arn)).toBe('Enabled');
  });

  it('a key ceases to exist, with its aliases, when its time is up', async () => {
    let offset = 0;
    const passing = await startKms({ clock: () => Date.now() + offset });
    const over = clientOf(passing, { maxAttempts: 3 });
    const { arn, keyId } = passing.createSymmetricKey();
    await over.send(new CreateAliasCommand({ AliasName: 'alias/doomed', TargetKeyId: keyId }));
    await over.send(new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: 7 }));
    offset = 6 * DAY_MS;
    expect((await over.send(new DescribeKeyCommand({ KeyId: arn }))).KeyMetadata?.KeyState).toBe(
      'PendingDeletion',
    );
    offset = 7 * DAY_MS + 60_000;
    for (const KeyId of [arn, 'alias/doomed']) {
      expect((await failureOf(over.send(new DescribeKeyCommand({ KeyId })))).name).toBe('NotFoundException');
    }
    await passing.close();
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
