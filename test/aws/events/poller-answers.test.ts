import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { bodiesOf, startServed } from '../../support/aws/events-test-function.ts';

const BODIES = ['a', 'b', 'c'];

type Served = Awaited<ReturnType<typeof startServed>>;
let world: Served;
beforeEach(async () => {
  world = await startServed();
});
afterEach(() => world.close());

const idOf = ({ Records }: SQSEvent, wanted: string) =>
  Records.find(({ body }) => body === wanted)?.messageId;
const failing = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('an answer', () => {
  it.each([
    ['null', null],
    ['nothing', undefined],
    ['an empty object', {}],
    ['an empty list', failing()],
    ['a list left undefined', { batchItemFailures: undefined }],
  ])('that is %s does away with the batch', async (_what, answer) => {
    await world.send(...BODIES);
    const poller = world.serve(() => answer);
    await poller.idle();
    expect(poller.stats).toEqual({ invocations: 1, deleted: 3, left: 0 });
    expect(bodiesOf(world.seen[0])).toEqual(BODIES);
  });

  it('leaves what it names, which comes again', async () => {
    await world.send(...BODIES);
    const poller = world.serve((event, nth) => (nth === 1 ? failing(idOf(event, 'b')) : failing()));
    await poller.idle();
    expect(world.seen.map((event) => bodiesOf(event))).toEqual([BODIES, ['b']]);
    expect(world.seen[1]?.Records[0]?.attributes.ApproximateReceiveCount).toBe('2');
    expect(poller.stats).toEqual({ invocations: 2, deleted: 3, left: 1 });
  });

  it.each<[string, (event: SQSEvent) => unknown]>([
    ['a text', () => 'done'],
    ['no JSON', () => ({ batchItemFailures: [], took: 7n })],
    ['an empty id', () => failing('')],
    ['a null id', () => failing(null)],
    ['another key', (event) => ({ batchItemFailures: [{ messageId: idOf(event, 'b') }] })],
    ['an unknown id', (event) => failing(idOf(event, 'b'), 'unknown')],
    ['an error', () => Promise.reject(new Error('crashed'))],
  ])('that is or has %s leaves the whole batch', async (_what, answer) => {
    await world.send(...BODIES);
    const poller = world.serve((event, nth) => (nth === 1 ? answer(event) : null));
    await poller.idle();
    expect(bodiesOf(world.seen[0])).toEqual(BODIES);
    expect(bodiesOf(...world.seen.slice(1))).toEqual(BODIES);
    expect(poller.stats).toMatchObject({ deleted: 3, left: 3 });
  });
});
