import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { askRefresh } from '../../../lib/merchants/ask-refresh.ts';
import { generateRsaKeyPair } from '../../../sandbox/pki.ts';
import { type LambdaSandbox, startLambda } from '../../aws/lambda.ts';
import { createWorldWith, recordOf } from '../../support/merchant-world.ts';
import { storedPublicKey } from '../../support/protocol.ts';

const COOL_DOWN = 60_000;
const WELL = { refreshed: ['1'], skipped: [], failed: [] };
let pem: string;
let lambda: LambdaSandbox;
let client: LambdaClient;
let refresh: (event: { mchid: string }) => Promise<unknown>;

beforeAll(async () => {
  ({ publicKeyPem: pem } = await generateRsaKeyPair());
  lambda = await startLambda({ refresh: (event: { mchid: string }) => refresh(event) });
  client = new LambdaClient({
    endpoint: lambda.url,
    region: 'cn-north-1',
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' },
    maxAttempts: 1,
    requestHandler: { throwOnRequestTimeout: true },
  });
});
afterAll(async () => {
  client.destroy();
  await lambda.close();
});
beforeEach(() => {
  refresh = async () => WELL;
});
afterEach(() => {
  lambda.clearCalls();
  lambda.clearFaults();
});

const says = (report: unknown): void => {
  refresh = async () => report;
};
/** Merchant 1, which knows A; a refresh brings B. */
const worldWithB = async () => {
  const record = recordOf('1', pem, ['AA']);
  const world = createWorldWith(askRefresh(client, 'refresh'), record);
  refresh = async ({ mchid }) => {
    const refreshed_at = new Date(world.clock.now).toISOString();
    const platform_keys = { ...record.platform_keys, BB: storedPublicKey(pem) };
    world.items.set(mchid, { ...record, platform_keys, version: 2, refreshed_at });
    return WELL;
  };
  return { world, merchant: await world.lookUp('1') };
};
const ids = (keys: ReadonlyMap<string, unknown>) => [...keys.keys()];

describe('a Lambda that asks for the refresh of a merchant', () => {
  it('asks once for all who look for a key meanwhile, reads what came of it, and writes nothing', async () => {
    const { world, merchant } = await worldWithB();
    const all = await Promise.all([1, 2, 3].map(() => merchant.refreshKeys('BB')));
    for (const keys of all) expect(ids(keys)).toEqual(['AA', 'BB']);
    expect(lambda.calls).toEqual([{ functionName: 'refresh', event: { mchid: '1' } }]);
    expect(world.log).toEqual(['read 1', 'read 1', 'read 1']);
    expect(world.signed).toEqual([]);
  });

  it('does not ask when another process has just done so, nor again before the cool-down is over', async () => {
    const { world, merchant } = await worldWithB();
    await refresh({ mchid: '1' });
    expect(ids(await merchant.refreshKeys('CC'))).toEqual(['AA', 'BB']);
    world.clock.now += COOL_DOWN - 1;
    await merchant.refreshKeys('CC');
    expect(lambda.calls).toEqual([]);
    world.clock.now += 1;
    await merchant.refreshKeys('CC');
    expect(lambda.calls).toHaveLength(1);
  });

  it.each([
    ['may not', () => lambda.fault('denied')],
    ['is throttled', () => lambda.fault('throttled')],
    ['finds that it crashes', () => lambda.fault('crash')],
    ['hears that it failed', () => says({ ...WELL, failed: [{ mchid: '1' }] })],
    ['hears something else', () => says('ok')],
  ])('asks once when it %s, says so, and goes on with what it has', async (_, arrange) => {
    const { world, merchant } = await worldWithB();
    arrange();
    expect(ids(await merchant.refreshKeys('BB'))).toEqual(['AA']);
    await merchant.refreshKeys('BB');
    expect(lambda.calls).toHaveLength(1);
    expect(world.troubles).toEqual([['1', 'refresh_failed']]);
  });

  it('does not wait longer than it has time, and sees soon what the refresh did without it', async () => {
    const { world } = await worldWithB();
    lambda.fault('hang');
    const hurried = await world.lookUp('1', { remainingMs: () => 50 });
    expect(ids(await hurried.refreshKeys('BB'))).toEqual(['AA']);
    expect(world.troubles).toEqual([['1', 'refresh_failed']]);
    world.clock.now += 15_000;
    expect(ids((await world.lookUp('1')).keys())).toEqual(['AA', 'BB']);
    expect(lambda.calls).toHaveLength(1);
  });

  it('does not ask at all without any time', async () => {
    const { world } = await worldWithB();
    await (await world.lookUp('1', { remainingMs: () => 0 })).refreshKeys('BB');
    expect(lambda.calls).toEqual([]);
    expect(world.troubles).toEqual([['1', 'deadline']]);
  });
});
