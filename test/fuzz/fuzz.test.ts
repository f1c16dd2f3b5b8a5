import { describe, expect, it } from '@jest/globals';
import { PresignError } from '../../lib/errors.ts';
import { list } from '../../tools/commands/dead-letters/list.ts';
import { purge } from '../../tools/commands/dead-letters/purge.ts';
import { redrive } from '../../tools/commands/dead-letters/redrive.ts';
import { endpoint, endpoints, given, useWorld } from '../support/dead-letters-world.ts';
import { fc, SEED } from '../support/fast-check.ts';
import { httpCall, message } from '../support/fuzz/arbitraries.ts';
import { createFuzzedLambda } from '../support/fuzz/lambda.ts';

// Any event that API Gateway and SQS can bring, made from a seed: the same ones each time. For many more, and others:
//   FUZZ_RUNS=100000 FUZZ_SEED=7 npm test -- test/fuzz
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 900);
const PER_ENDPOINT = Math.ceil(RUNS / endpoints.length);
const PATIENCE = 60_000 + 30 * RUNS;
/** As many messages as a Lambda takes at once, and as many dead letters as one look of the tool brings here. */
const BATCH = 10;
const HEAP = 5_000;

const parameters = { numRuns: PER_ENDPOINT, endOnFailure: true };
const world = await useWorld();
const damaged = /[\p{Control}\uFFFD]/u;

/** Whether an outcome could name what a message asks for, in this test's own words. */
const isAnswerable = (name: string, text: string): boolean => {
  try {
    const whole = JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, unknown>;
    const envelope = Object.hasOwn(whole, 'detail-type');
    if (envelope && whole['detail-type'] !== `${name[0]?.toUpperCase()}${name.slice(1)}Requested`)
      return false;
    const { request_id: id } = (envelope ? whole['detail'] : whole) as { request_id?: unknown };
    return typeof id === 'string' && id.length >= 1 && id.length <= 64;
  } catch {
    return false;
  }
};

describe(`${RUNS} events of seed ${SEED} (FUZZ_RUNS=100000 for more)`, () => {
  it(
    'over HTTP each get an answer, and none is a fault of ours',
    async () => {
      const seen = new Map<number, number>();
      for (const endpoint of endpoints) {
        const lambda = createFuzzedLambda(endpoint);
        await fc.assert(
          fc.asyncProperty(httpCall(endpoint), async (call) => {
            lambda.reset();
            const { statusCode, body } = await lambda.call(call);
            seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1);
            expect([200, 400, 403, 413, 415]).toContain(statusCode);
            expect(JSON.parse(body)).toEqual(expect.any(Object));
            expect(lambda.sent).toHaveLength(statusCode === 200 ? 1 : 0);
            for (const text of lambda.sent) expect(text).not.toMatch(damaged);
          }),
          parameters,
        );
      }
      process.stdout.write(`over HTTP: ${JSON.stringify(Object.fromEntries(seen))}\n`);
      expect([...seen.keys()].sort()).toEqual([200, 400, 403, 413, 415]);
    },
    PATIENCE,
  );

  it.each(endpoints)(
    'by queue $name answers all that can be answered, and leaves nothing else behind',
    async (endpoint) => {
      const lambda = createFuzzedLambda(endpoint);
      const ends = { succeeded: 0, failed: 0, unreadable: 0 };
      await fc.assert(
        fc.asyncProperty(
          fc.array(message(endpoint), { minLength: BATCH, maxLength: BATCH }),
          async (texts) => {
            lambda.reset();
            const { batchItemFailures } = await lambda.deliver(texts);
            const left = batchItemFailures.map(({ itemIdentifier }) => texts[Number(itemIdentifier)]);
            expect(left).toEqual(texts.filter((text) => !isAnswerable(endpoint.name, text)));
            expect(lambda.published).toHaveLength(texts.length - left.length);
            for (const { reason } of lambda.logged) expect(reason).not.toBe('internal');
            for (const { outcome } of lambda.published) {
              const refused = outcome instanceof PresignError;
              if (refused) expect(outcome.status).toBeLessThan(500);
              ends[refused ? 'failed' : 'succeeded'] += 1;
            }
            ends.unreadable += left.length;
            for (const text of lambda.sent) expect(text).not.toMatch(damaged);
          },
        ),
        { ...parameters, numRuns: Math.ceil(PER_ENDPOINT / BATCH) },
      );
      process.stdout.write(`by queue, ${endpoint.name}: ${JSON.stringify(ends)}\n`);
      for (const count of Object.values(ends)) expect(count).toBeGreaterThan(0);
    },
    PATIENCE,
  );
});

describe(`${RUNS} dead letters of seed ${SEED}`, () => {
  it(
    'are each listed, moved or purged, whatever the others hold',
    async () => {
      const ends = { moved: 0, purged: 0 };
      for (let at = 0; at < RUNS; at += HEAP) {
        const heap = fc.sample(message(endpoint), { numRuns: Math.min(HEAP, RUNS - at), seed: SEED + at });
        const answerable = heap.filter((text) => isAnswerable(endpoint.name, text)).sort();
        world.put('dead-letters', heap);
        const listed = await list.run(world.context(), given({ limit: String(HEAP) }));
        const [queue] = listed.json['queues'] as { messages: { why: string }[] }[];
        const unreadable = queue?.messages.filter(({ why }) => why.startsWith('unreadable: ')).length;
        expect(queue?.messages).toHaveLength(heap.length);
        expect(unreadable).toBe(heap.length - answerable.length);
        expect(await redrive.run(world.context(), given())).toMatchObject({ ok: true });
        expect(world.bodies()).toEqual(answerable);
        expect(await purge.run(world.context({ yes: true }), given({ unreadable: '' }))).toMatchObject({
          ok: true,
        });
        expect(world.bodies('dead-letters')).toEqual([]);
        ends.moved += answerable.length;
        ends.purged += heap.length - answerable.length;
        world.empty();
      }
      process.stdout.write(`dead letters: ${JSON.stringify(ends)}\n`);
      expect(ends.moved + ends.purged).toBe(RUNS);
    },
    PATIENCE,
  );
});
