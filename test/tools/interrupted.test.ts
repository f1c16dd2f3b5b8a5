import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateRsaKeyPair, type KeyPair } from '../../sandbox/pki.ts';
import {
  createTaggedKey,
  importing,
  keysOf,
  startTool,
  startWorld,
  type World,
} from '../support/cli-world.ts';

let world: World;
let pair: KeyPair;
beforeAll(async () => {
  [world, pair] = await Promise.all([startWorld({ region: 'eu-central-1' }), generateRsaKeyPair()]);
});
afterAll(() => world.close());

let last = 1900003000;
let mchid = '';
beforeEach(() => {
  last += 1;
  mchid = String(last);
});
afterEach(() => {
  world.kms.clearFaults();
  world.kms.setPolicy(undefined);
});
const pendingArn = async () => (await world.registry.readItem(mchid))?.pending_signing_key_arn;
/** Delays KMS's answer to the next CreateKey. Resolves when KMS has been asked. */
const delayCreateKey = (ms: number): Promise<void> =>
  new Promise((asked) => {
    const match = ({ operation }: { operation: string }): boolean => {
      if (operation === 'CreateKey') asked();
      return operation === 'CreateKey';
    };
    world.kms.fault({ kind: 'latency', ms }, { match });
  });

describe('a key whose making was interrupted', () => {
  /** Runs the tool until KMS has been asked for a key, and ends it before it hears the answer. */
  const interrupt = async (args: readonly string[], signal: NodeJS.Signals): Promise<void> => {
    const asked = delayCreateKey(600_000);
    const { kill, ended } = startTool(args, world.env);
    await asked;
    kill(signal);
    expect((await ended).status).toBeNull();
    expect(await pendingArn()).toBeUndefined();
  };

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'by %s is found by create-key, among the keys of others',
    async (signal) => {
      await world.run(['add', mchid]);
      await createTaggedKey(world, mchid, 'prod');
      const { KeyMetadata } = await world.kmsClient.send(
        new CreateKeyCommand({ Description: 'hidden', KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }),
      );
      world.kms.setPolicy(({ keyArn }) => keyArn !== KeyMetadata?.Arn);
      await interrupt(['create-key', mchid], signal);
      const again = await world.json(['create-key', mchid]);
      world.kms.setPolicy(undefined);
      expect(again).toMatchObject({ status: 0, json: { created: false } });
      expect(await keysOf(world, mchid)).toEqual([await pendingArn()]);
      expect((await world.registry.readItem(mchid))?.key_begun_at).toBeUndefined();
      expect((await world.run(['csr', mchid])).status).toBe(0);
    },
  );

  it('is found by import-key and by rotate', async () => {
    await world.run(['add', mchid]);
    const command = await importing(world, pair, mchid);
    await interrupt(command, 'SIGKILL');
    expect(await world.json(command)).toMatchObject({ status: 0, json: { changed: true } });
    await interrupt(['rotate', mchid], 'SIGKILL');
    expect(await world.json(['rotate', mchid])).toMatchObject({ status: 0, json: { created: false } });
    expect(await keysOf(world, mchid)).toHaveLength(2);
  });

  it('by a lost answer is not made twice: the next run finds it', async () => {
    await world.run(['add', mchid]);
    world.kms.fault('lost-answer', { match: ({ operation }) => operation === 'CreateKey' });
    // In jest's realm the errors of Node's sockets are none, by `instanceof`.
    expect(await world.runAlone(['create-key', mchid])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('run the command again'),
    });
    expect(await world.json(['create-key', mchid])).toMatchObject({ status: 0, json: { created: false } });
    expect(await keysOf(world, mchid)).toEqual([await pendingArn()]);
  });

  it('by a refusal of KMS was not made, so nothing is looked for afterwards', async () => {
    await world.run(['add', mchid]);
    world.kms.setPolicy(({ operation }) => operation !== 'CreateKey');
    expect((await world.run(['create-key', mchid])).status).toBe(1);
    expect((await world.registry.readItem(mchid))?.key_begun_at).toBeUndefined();
    world.kms.setPolicy(({ operation }) => operation !== 'ListKeys');
    expect(await world.json(['create-key', mchid])).toMatchObject({ status: 0, json: { created: true } });
  });

  it('is dropped when another run has recorded its own meanwhile', async () => {
    await world.run(['add', mchid]);
    const asked = delayCreateKey(1_500);
    const slow = world.json(['create-key', mchid]);
    await asked;
    const item = await world.registry.readItem(mchid);
    if (item === undefined) throw new Error('no item');
    const { arn } = await createTaggedKey(world, mchid);
    expect(await world.registry.update(item, { pending_signing_key_arn: arn, key_begun_at: undefined })).toBe(
      true,
    );
    expect(await slow).toMatchObject({
      status: 1,
      json: { error: expect.stringContaining('somebody else') },
    });
    expect(await keysOf(world, mchid)).toEqual([]);
    expect(await pendingArn()).toBe(arn);
  });
});
