import {
  ConditionalCheckFailedException,
  ScanCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Claim, createRequestStore } from '../../../lib/events/request-store.ts';
import { startDynamo } from '../../aws/dynamodb.ts';
import { fc } from '../../support/fast-check.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-11-27T00:00:00Z');

const dynamo = await startDynamo();
afterAll(dynamo.close);

let now = START;
let tables = 0;
let table = '';
beforeEach(async () => {
  now = START;
  tables += 1;
  table = `requests-${tables}`;
  await dynamo.createTable(table, 'id');
  dynamo.clearCalls();
});

const store = (endpoint = 'vehicleEtcPreopen') =>
  createRequestStore(dynamo.client, table, endpoint, () => now);
const key = (change: object = {}) => ({
  mchid: '1900000001',
  requestId: 'r-1',
  content: [{ openid: 'o', plan: { a: 1, b: 2 } }, null],
  ...change,
});
const sealed = (text: string) => ({ platformKeyId: `KEY_${text}`, ciphertexts: { '/name': text } });

const claimed = async (...[asked, made, until]: [object?, string?, number?]): Promise<Claim> => {
  const claim = await store().claim(key(asked), sealed(made ?? 'first'), until ?? now + 1_000);
  if (typeof claim === 'string') throw new Error('it had ended');
  return claim;
};
const inProgress = { code: 'REQUEST_IN_PROGRESS', retryable: true };

describe('a claim', () => {
  it('is one write, and keeps everybody else away until its end', async () => {
    const claim = await claimed({}, 'first', now + 5_000);
    expect(dynamo.calls).toEqual(['UpdateItem']);
    expect(claim).toMatchObject({ sealed: sealed('first'), unsettled: 1 });
    now += 5_500;
    await expect(claimed()).rejects.toMatchObject({ ...inProgress, retryAfter: 1 });
    now += 1_000;
    expect(await claimed()).toBeDefined();
  });

  it('of whoever comes later has what the first one sent', async () => {
    await claimed();
    now += 10_000;
    const second = await claimed({}, 'second');
    expect(second).toMatchObject({ sealed: sealed('first'), unsettled: 2 });
  });

  it('that was given back is free at once, and remembers what is still unknown', async () => {
    const first = await claimed();
    await store().release(first, 0);
    now += 1;
    const second = await claimed({}, 'second');
    expect(second).toMatchObject({ sealed: sealed('first'), unsettled: 1 });
    await store().release(second, 1);
    now += 1;
    expect(await claimed()).toMatchObject({ unsettled: 2 });
  });

  it('may be sealed anew, for whoever comes next too', async () => {
    const claim = await claimed();
    await store().reseal(claim, sealed('anew'));
    now += 10_000;
    expect(await claimed({}, 'third')).toMatchObject({ sealed: sealed('anew') });
  });

  it('is somebody else’s for another merchant, id or endpoint', async () => {
    await claimed();
    await claimed({ mchid: '1900000002' });
    await claimed({ requestId: 'r-2' });
    expect(typeof (await store('another').claim(key(), sealed('x'), now + 1_000))).toBe('object');
  });

  it('of another content is refused, while the first is at work and afterwards', async () => {
    const claim = await claimed();
    const other = { content: [{ openid: 'p' }, null] };
    await expect(claimed(other)).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED', status: 422 });
    await store().settle(claim, 'done');
    await expect(claimed(other)).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
  });

  it('is made by one of many who come at once', async () => {
    const all = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => claimed({}, `n${n}`)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('counts once when its answer gets lost', async () => {
    dynamo.fault('lost-answer');
    expect(await claimed()).toMatchObject({ sealed: sealed('first'), unsettled: 1 });
  });
});

describe('an outcome', () => {
  it('is found by everybody who comes, for 15 days, with the members in any order', async () => {
    await store().settle(await claimed(), 'done');
    now += 15 * DAY_MS - 1_000;
    const content = [{ plan: { b: 2, a: 1 }, openid: 'o' }, null];
    expect(await store().claim(key({ content }), sealed('x'), now + 1)).toBe('done');
  });

  it('is forgotten after that, though DynamoDB has not deleted it yet', async () => {
    await store().settle(await claimed(), 'done');
    now += 15 * DAY_MS + 2_000;
    const claim = await claimed({ content: ['another'] }, 'new');
    expect(claim).toMatchObject({ sealed: sealed('new'), unsettled: 1 });
    await store().settle(claim, 'done again');
    expect(await store().claim(key({ content: ['another'] }), sealed('x'), now + 1)).toBe('done again');
  });

  it('leaves no ciphertext behind, and no more than hashes of what was submitted', async () => {
    await store().settle(await claimed({ content: [{ name: '张三' }, null] }), 'done');
    const { Items } = await dynamo.client.send(new ScanCommand({ TableName: table }));
    expect(Items).toHaveLength(1);
    expect(Object.keys(Items?.[0] ?? {}).sort()).toEqual([
      'claim',
      'claimed_until',
      'expiration',
      'fingerprint',
      'id',
      'outcome',
      'platform_key_id',
      'unsettled',
    ]);
    expect(JSON.stringify(Items)).not.toMatch(/张三|r-1|1900000001/);
  });
});

it('a write that is carried out late changes nothing once the request has ended', async () => {
  const writes: string[] = [];
  dynamo.watch((operation, body) => void (operation === 'UpdateItem' && writes.push(body)));
  const first = await claimed();
  await store().release(first, 1);
  now += 1;
  const second = await claimed({}, 'second');
  await store().reseal(second, sealed('anew'));
  await store().settle(second, 'done');
  const items = async () => (await dynamo.client.send(new ScanCommand({ TableName: table }))).Items;
  const before = await items();
  for (const write of [...writes])
    await dynamo.client
      .send(new UpdateItemCommand(JSON.parse(write) as UpdateItemCommandInput))
      .catch((error: unknown) => expect(error).toBeInstanceOf(ConditionalCheckFailedException));
  expect(await items()).toEqual(before);
  // The one that may be repeated is the outcome itself.
  expect(writes).toHaveLength(6);
});

describe('whoever was overtaken', () => {
  it.each(['settle', 'release', 'reseal'] as const)('changes nothing: %s', async (write) => {
    const first = await claimed();
    now += 10_000;
    const second = await claimed({}, 'second');
    const { settle, release, reseal } = store();
    const late = {
      settle: () => settle(first, 'the wrong one'),
      release: () => release(first, 0),
      reseal: () => reseal(first, sealed('wrong')),
    };
    await expect(late[write]()).rejects.toMatchObject(inProgress);
    await settle(second, 'the right one');
    await expect(late[write]()).rejects.toMatchObject(inProgress);
    expect(await store().claim(key(), sealed('x'), now + 1)).toBe('the right one');
  });

  it('never makes two outcomes of one request, in whatever order the writes come', async () => {
    const step = fc.constantFrom('claim', 'settle', 'release', 'wait');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.uuid(), async (steps, requestId) => {
        const claims: Claim[] = [];
        const kept: string[] = [];
        for (const [index, one] of steps.entries()) {
          const claim = claims[index % Math.max(claims.length, 1)];
          if (one === 'wait') now += 2_500;
          if (one === 'claim') {
            const made = await claimed({ requestId }, `n${index}`).catch(() => undefined);
            if (made) claims.push(made);
          }
          if (one === 'settle' && claim)
            await store()
              .settle(claim, `by ${claim.token}`)
              .then(
                () => kept.push(claim.token),
                () => undefined,
              );
          if (one === 'release' && claim)
            await store()
              .release(claim, 0)
              .catch(() => undefined);
        }
        expect(new Set(kept).size).toBeLessThanOrEqual(1);
        // All of them sent the same.
        expect(new Set(claims.map((claim) => claim.sealed.ciphertexts['/name'])).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });
});

it.each(['denied', 'unavailable'] as const)('a table that is %s is a fault that passes', async (fault) => {
  dynamo.fault(fault, 9);
  await expect(claimed()).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    reason: 'outcomes_unavailable',
  });
  dynamo.clearFaults();
});
