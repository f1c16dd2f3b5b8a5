import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateRsaKeyPair, type KeyPair } from '../../sandbox/pki.ts';
import type { Context, MerchantCommand } from '../../tools/commands/merchant/context.ts';
import { createKey } from '../../tools/commands/merchant/create-key.ts';
import { csr } from '../../tools/commands/merchant/csr.ts';
import { describeKey } from '../../tools/commands/merchant/kms-visible.ts';
import { retire } from '../../tools/commands/merchant/retire.ts';
import {
  addCompleteMerchant,
  createTaggedKey,
  importing,
  keysOf,
  startWorld,
  type World,
} from '../support/cli-world.ts';

let world: World;
let pair: KeyPair;
beforeAll(async () => {
  [world, pair] = await Promise.all([startWorld({ region: 'eu-central-1' }), generateRsaKeyPair()]);
});
afterAll(() => world.close());

let last = 1900002000;
let mchid = '';
beforeEach(async () => {
  last += 1;
  mchid = String(last);
});
afterEach(() => {
  world.kms.clearFaults();
  world.kms.setPolicy(undefined);
});

const hide = (operation: string, times = 2): void =>
  world.kms.fault('not-visible-yet', { times, match: (request) => request.operation === operation });
const pendingArn = async () => (await world.registry.readItem(mchid))?.pending_signing_key_arn;

describe('a key that KMS does not show yet', () => {
  it.each(['GetPublicKey', 'Sign'])('is waited for by csr: %s', async (operation) => {
    await world.run(['add', mchid]);
    await world.run(['create-key', mchid]);
    hide(operation);
    expect(await world.run(['csr', mchid])).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('Paste'),
    });
  });

  it.each(['DescribeKey', 'GetPublicKey'])('is waited for by set-certificate: %s', async (operation) => {
    const { arn, publicKeyPem } = await createTaggedKey(world, mchid);
    await world.registry.create({ mchid, version: 1, platform_keys: {}, pending_signing_key_arn: arn });
    const { certificatePem } = await world.certify(publicKeyPem, mchid);
    hide(operation);
    const command = [
      'set-certificate',
      mchid,
      '--certificate-file',
      await world.file('c.pem', certificatePem),
    ];
    expect(await world.json(command)).toMatchObject({ status: 0, json: { signing_key_arn: arn } });
  });

  it.each(['GetParametersForImport', 'ImportKeyMaterial', 'Sign'])(
    'is waited for by import-key: %s',
    async (operation) => {
      await world.run(['add', mchid]);
      hide(operation);
      expect(await world.json(await importing(world, pair, mchid))).toMatchObject({
        status: 0,
        json: { changed: true },
      });
      expect(await keysOf(world, mchid)).toHaveLength(1);
    },
  );

  it.each(['create-key', 'rotate'])('is not made a second time by %s', async (command) => {
    if (command === 'rotate') await addCompleteMerchant(world, mchid);
    else await world.run(['add', mchid]);
    const { json } = await world.json([command, mchid]);
    hide('DescribeKey');
    const again = await world.json([command, mchid]);
    const { pending_signing_key_arn } = json;
    expect(again).toMatchObject({ status: 0, json: { created: false, pending_signing_key_arn } });
    expect(await keysOf(world, mchid)).toEqual([pending_signing_key_arn]);
  });

  it.each(['DescribeKey', 'ScheduleKeyDeletion'])('is waited for by retire: %s', async (operation) => {
    const { arn } = await createTaggedKey(world, mchid);
    await addCompleteMerchant(world, mchid);
    const item = await world.registry.readItem(mchid);
    if (item === undefined) throw new Error('no item');
    await world.registry.update(item, { previous: { certificate_serial: 'AB', signing_key_arn: arn } });
    hide(operation);
    expect(await world.json(['retire', mchid, '--yes'])).toMatchObject({
      status: 0,
      json: { deleted: true },
    });
    expect((await describeKey(world.kmsClient, arn))?.KeyState).toBe('PendingDeletion');
  });
});

describe('a key that KMS does not show at all', () => {
  const waits: number[] = [];
  const context = (): Context => ({
    ...{ kms: world.kmsClient, registry: world.registry, stage: 'dev', dataKey: '' },
    ...{ region: 'eu-central-1', yes: false, now: Date.now, env: {} },
    place: { region: undefined, profile: undefined },
    terminal: { input: new PassThrough(), write: () => undefined },
    wait: async (ms) => void waits.push(ms),
  });
  const run = (command: MerchantCommand, more: Partial<Context> = {}) =>
    command.run({ ...context(), ...more }, { mchid, options: {} });
  const gone = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';
  beforeEach(async () => {
    waits.length = 0;
    await world.registry.create({ mchid, version: 1, platform_keys: {}, pending_signing_key_arn: gone });
  });

  it('is given up after a while by csr, which does not say that it does not exist', async () => {
    await expect(run(csr)).rejects.toThrow('may not be visible yet: wait, and run again');
    const seconds = waits.reduce((sum, ms) => sum + ms, 0) / 1000;
    expect({ seconds, patient: seconds > 15 && seconds < 60 }).toMatchObject({ patient: true });
  });

  it('is replaced by create-key only when somebody says so', async () => {
    await expect(run(createKey)).rejects.toThrow('KMS does not show');
    expect(await pendingArn()).toBe(gone);
    expect(await keysOf(world, mchid)).toEqual([]);
    expect(await run(createKey, { yes: true })).toMatchObject({ json: { created: true } });
    expect(await keysOf(world, mchid)).toEqual([await pendingArn()]);
  });

  it('is only forgotten by retire', async () => {
    const item = await world.registry.readItem(mchid);
    if (item === undefined) throw new Error('no item');
    await world.registry.update(item, {
      pending_signing_key_arn: undefined,
      previous: { certificate_serial: 'AB', signing_key_arn: gone },
    });
    await expect(run(retire)).rejects.toThrow('Only the record of it is removed');
    expect(await run(retire, { yes: true })).toMatchObject({ json: { deleted: false, changed: true } });
  });
});
