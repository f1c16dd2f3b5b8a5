import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { MerchantRecord } from '../../../lib/merchants/record.ts';
import { createRegistry } from '../../../lib/merchants/registry.ts';
import { type DynamoFault, type DynamoSandbox, startDynamo } from '../../aws/dynamodb.ts';
import { failureOf, storedPublicKey } from '../../support/protocol.ts';

const TABLE = 'merchants';
let dynamo: DynamoSandbox;
/** One attempt and a short time-out, so that a fault is seen and not retried. */
let impatient: DynamoDBClient;
beforeAll(async () => {
  dynamo = await startDynamo();
  await dynamo.createTable(TABLE, 'mchid');
  impatient = new DynamoDBClient({
    endpoint: dynamo.url,
    region: 'cn-north-1',
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
  });
});
afterEach(() => dynamo.clearFaults());
afterAll(async () => {
  impatient.destroy();
  await dynamo.close();
});

const registry = () => createRegistry(dynamo.client, TABLE);
let counter = 1_900_000_000;
const newRecord = (changes: Partial<MerchantRecord> = {}): MerchantRecord => ({
  mchid: String(counter++),
  certificate_serial: 'AB12',
  signing_key_arn: 'arn:aws-cn:kms:cn-north-1:111122223333:key/1',
  api_v3_key: Buffer.from([1, 2, 3, 255]),
  platform_keys: { PUB_KEY_ID_1: storedPublicKey('PEM 1') },
  version: 1,
  ...changes,
});

describe('the registry', () => {
  it('reads back what was created, bytes included', async () => {
    const record = newRecord();
    expect(await registry().create(record)).toBe(true);
    const { api_v3_key, ...rest } = (await registry().read(record.mchid)) ?? {};
    expect({ ...rest, api_v3_key: Buffer.from(api_v3_key ?? []) }).toEqual(record);
  });

  it('holds a merchant without APIv3 key, and leaves out what is undefined', async () => {
    const { api_v3_key: _, ...record } = newRecord({
      platform_keys: { AB: { ...storedPublicKey('PEM'), not_before: undefined } },
    });
    await registry().create(record);
    expect(await registry().read(record.mchid)).toEqual({
      ...record,
      platform_keys: { AB: storedPublicKey('PEM') },
    });
  });

  it('knows nothing of a merchant that was never created', async () => {
    expect(await registry().read('1')).toBeUndefined();
  });

  it('creates a merchant once, and does not touch it the second time', async () => {
    const record = newRecord();
    expect(await registry().create(record)).toBe(true);
    expect(await registry().create({ ...record, certificate_serial: 'CD' })).toBe(false);
    expect((await registry().read(record.mchid))?.certificate_serial).toBe('AB12');
  });

  it('lets one of many creations win', async () => {
    const record = newRecord();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => registry().create(record)));
    expect(outcomes.sort()).toEqual([false, false, false, false, true]);
  });

  it('replaces the platform keys and counts the version, leaving the rest', async () => {
    const record = newRecord();
    await registry().create(record);
    const keys = { PUB_KEY_ID_2: storedPublicKey('PEM 2') };
    expect(await registry().update(record, { platform_keys: keys })).toBe(true);
    expect(await registry().read(record.mchid)).toMatchObject({
      certificate_serial: 'AB12',
      signing_key_arn: record.signing_key_arn,
      version: 2,
    });
    expect((await registry().read(record.mchid))?.platform_keys).toEqual(keys);
    expect(await registry().update(record, { platform_keys: {} })).toBe(false);
    expect((await registry().read(record.mchid))?.platform_keys).toEqual(keys);
  });

  it('lets exactly one of two writers of the same version win, and keeps what that one wrote', async () => {
    for (let round = 0; round < 5; round += 1) {
      const record = newRecord();
      await registry().create(record);
      const ids = ['A', 'B'];
      const outcomes = await Promise.all(
        ids.map((id) => registry().update(record, { platform_keys: { [id]: storedPublicKey('PEM') } })),
      );
      expect([...outcomes].sort()).toEqual([false, true]);
      const stored = await registry().read(record.mchid);
      expect(Object.keys(stored?.platform_keys ?? {})).toEqual(ids.filter((_, index) => outcomes[index]));
      expect(stored?.version).toBe(2);
    }
  });

  it('writes no keys for a merchant that is not there', async () => {
    const record = newRecord();
    expect(await registry().update(record, { platform_keys: record.platform_keys })).toBe(false);
    const found = await dynamo.client.send(
      new GetItemCommand({ TableName: TABLE, Key: marshall({ mchid: record.mchid }) }),
    );
    expect(found.Item).toBeUndefined();
  });
});

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

describe('a merchant on its way', () => {
  const draft = () => ({ mchid: String(counter++), platform_keys: {}, version: 1 });
  const pair = { certificate_serial: 'AB', signing_key_arn: 'arn:k' };

  it('is seen by the operator’s tool, and by Lambdas only once it has key and serial', async () => {
    const item = draft();
    await registry().create(item);
    expect(await registry().readItem(item.mchid)).toEqual(item);
    expect(await registry().read(item.mchid)).toBeUndefined();
    expect(await registry().update(item, { pending_signing_key_arn: 'arn:k' })).toBe(true);
    expect(await registry().read(item.mchid)).toBeUndefined();
    const changes = { ...pair, pending_signing_key_arn: undefined };
    expect(await registry().update({ ...item, version: 2 }, changes)).toBe(true);
    expect(await registry().read(item.mchid)).toEqual({ ...item, ...pair, version: 3 });
  });

  it('is listed, complete or not', async () => {
    const items = Array.from({ length: 30 }, draft);
    for (const item of items) await registry().create(item);
    const listed = await all(registry().list());
    expect(listed).toEqual(expect.arrayContaining(items.map(({ mchid }) => mchid)));
    expect(new Set(listed).size).toBe(listed.length);
  });
});

describe('the claim to download', () => {
  it('is given to one of many, and again when it is given back or has run out', async () => {
    const record = newRecord();
    await registry().create(record);
    const { mchid } = record;
    let seen: MerchantRecord = record;
    const claims = () =>
      Promise.all(Array.from({ length: 8 }, () => registry().claimRefresh(seen, 1_000, 2_000)));
    expect((await claims()).filter(Boolean)).toHaveLength(1);
    expect(await registry().claimRefresh(seen, 1_999, 3_000)).toBe(false);
    expect(await registry().claimRefresh(seen, 2_000, 3_000)).toBe(true);
    const refreshed_at = '2026-06-15T00:00:00.000Z';
    await registry().endRefresh(mchid, refreshed_at);
    // Who looked before that refresh may not claim on what it saw.
    expect((await claims()).filter(Boolean)).toHaveLength(0);
    seen = { ...record, refreshed_at };
    expect((await claims()).filter(Boolean)).toHaveLength(1);
    await registry().endRefresh(mchid, undefined);
    expect(await registry().read(mchid)).toEqual({ ...record, refreshed_at: '2026-06-15T00:00:00.000Z' });
  });

  it('makes no item of a merchant that is not there', async () => {
    const mchid = String(counter++);
    expect(await registry().claimRefresh({ mchid }, 1, 2)).toBe(false);
    await registry().endRefresh(mchid, '2026-06-15T00:00:00.000Z');
    expect(await registry().readItem(mchid)).toBeUndefined();
  });
});

describe('an item that is not what it should be', () => {
  const good = marshall({
    certificate_serial: 'AB',
    signing_key_arn: 'arn:x',
    platform_keys: {},
    version: 1,
  });

  it.each<[string, object]>([
    ['with null for its serial', { certificate_serial: { NULL: true } }],
    ['with a serial in lower case', { certificate_serial: { S: 'ab' } }],
    ['with a key that is no ARN', { signing_key_arn: { S: 'alias/x' } }],
    ['with the APIv3 key in clear', { api_v3_key: { S: '0123456789abcdefghijklmnopqrstuv' } }],
    ['with a list of keys', { platform_keys: { L: [] } }],
    [
      'with a key of unknown kind',
      { platform_keys: { M: { AB: { M: marshall({ ...storedPublicKey('PEM'), kind: 'SM2' }) } } } },
    ],
    [
      'with a key without PEM',
      { platform_keys: { M: { AB: { M: marshall({ kind: 'PUBLIC_KEY', fetched_at: 'x' }) } } } },
    ],
    ['with a version that is a string', { version: { S: '1' } }],
    ['with a version between two', { version: { N: '1.5' } }],
    ['with a version no number holds', { version: { N: '9007199254740993' } }],
  ])('%s is merchant_misconfigured', async (_, changes) => {
    const mchid = String(counter++);
    const item = { ...marshall({ mchid }), ...good, ...changes };
    await dynamo.client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
    expect(await failureOf(registry().read(mchid))).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      reason: 'merchant_misconfigured',
      retryAfter: 60,
    });
  });
});

describe('a registry that cannot be reached', () => {
  const unavailable = { code: 'SERVICE_UNAVAILABLE', reason: 'registry_unavailable', retryAfter: 2 };

  it.each<DynamoFault>(['unavailable', 'throttled', 'denied', 'hang'])(
    '%s: says so, whatever was asked',
    async (kind) => {
      const record = newRecord();
      const { read, readItem, create, update, claimRefresh, endRefresh, list } = createRegistry(
        impatient,
        TABLE,
      );
      const works = [
        () => read(record.mchid),
        () => readItem(record.mchid),
        () => create(record),
        () => update(record, { platform_keys: {} }),
        () => claimRefresh(record, 0, 1),
        () => endRefresh(record.mchid, undefined),
        () => all(list()),
      ];
      for (const work of works) {
        dynamo.fault(kind);
        const error = await failureOf(work());
        expect(error).toMatchObject(unavailable);
        expect(error.cause).toBeDefined();
      }
    },
  );

  it('without a table', async () => {
    const nowhere = createRegistry(impatient, 'absent');
    expect(await failureOf(nowhere.read('1'))).toMatchObject(unavailable);
    expect(await failureOf(nowhere.create(newRecord()))).toMatchObject(unavailable);
  });
});
