import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DynamoCall } from '../aws/dynamodb.ts';
import { type Invoke, requestOf, useQueueWorld } from '../support/queue-world.ts';
import { isRelease, isSettlement } from '../support/request-writes.ts';
import { attempts, eventually } from '../support/world.ts';

/** The SDK gives a call that hangs two seconds, and tries three times: by then the last try has long begun. */
const LAST_TRY_MS = 6_000;
const MINUTE_MS = 60_000;
const realNow = Date.now;

const { world } = await useQueueWorld();
const { etc } = world.endpoints;
let warm: Invoke;
beforeEach(async () => {
  warm = world.lambda(etc);
  await world.ask(etc, requestOf(etc));
  expect((await world.deliver(etc, warm)).left).toEqual([]);
  await world.clear();
});

/**
 * One pre-sign whose first Lambda is still at the write `step` when its time is up, and which another Lambda then ends.
 * Resolves once the first, which goes on as if it had been frozen and thawed, has had the time to try again.
 */
const takenOver = async (
  step: (call: DynamoCall) => boolean,
  mend: () => unknown = () => undefined,
): Promise<void> => {
  await world.ask(etc, requestOf(etc));
  world.stack.dynamo.fault('hang', 2, step);
  const started = performance.now();
  expect((await world.deliver(etc, warm, 3_800)).left).toHaveLength(1);
  expect(world.outcomes()).toEqual([]);
  await mend();
  // The claim must be over before the first one's last try; waiting for that would leave half a second for all this.
  const ahead = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + MINUTE_MS);
  expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
  ahead.mockRestore();
  await eventually(() => performance.now() > started + LAST_TRY_MS);
};

describe('once another Lambda has taken over, the first', () => {
  it('does not save and publish an outcome of its own', async () => {
    await takenOver(isSettlement);
    // That WeChat Pay was asked twice cannot be helped; that two different outcomes go out can.
    expect(attempts(world.stack)).toHaveLength(2);
    const [outcome, ...more] = world.outcomes();
    expect(more).toEqual([]);
    const [{ outcome: remembered } = {}] = await world.remembered();
    expect(remembered?.S).toContain(world.stack.wechatpay.presigns.at(-1)?.id);
    expect(outcome?.detail['response']).toEqual({ preopen_id: world.stack.wechatpay.presigns.at(-1)?.id });
  });

  it('does not forget what the other remembers', async () => {
    world.stack.kms.setPolicy(() => false);
    await takenOver(isRelease, () => world.stack.kms.setPolicy(undefined));
    expect(world.outcomes()).toHaveLength(1);
    expect(await world.states()).toEqual(['ended']);
  });
});
