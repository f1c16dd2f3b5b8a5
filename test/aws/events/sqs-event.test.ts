import { describe, expect, it } from '@jest/globals';
import { fc } from '../../support/fast-check.ts';
import { doneOf } from './sqs-event.ts';

/** Ids of a batch. */
const batch = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 10 });
const failing = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('what a function did of a batch', () => {
  it.each([
    ['null', null],
    ['an empty object', {}],
    ['a null list', { batchItemFailures: null }],
    ['an empty list', failing()],
  ])('is all of it when the answer is or has %s', (_what, answer) => {
    fc.assert(fc.property(batch, (ids) => expect(doneOf(ids, answer)).toEqual(ids)));
  });

  it('is what the answer does not name, in whatever order and however often it names the rest', () => {
    const named = batch.chain((ids) => fc.tuple(fc.constant(ids), fc.array(fc.constantFrom(...ids))));
    fc.assert(
      fc.property(named, ([ids, failed]) => {
        expect(doneOf(ids, failing(...failed))).toEqual(ids.filter((id) => !failed.includes(id)));
      }),
    );
  });

  it('is nothing when one failure, wherever it stands, names no message of the batch', () => {
    const unreadable = fc.oneof(
      fc.constantFrom({ itemIdentifier: '' }, { itemIdentifier: null }, {}, null, 'text', 7),
      fc.uuid().map((itemIdentifier) => ({ itemIdentifier: `${itemIdentifier}-unknown` })),
      fc.integer().map((itemIdentifier) => ({ itemIdentifier })),
    );
    const misspelt = (id: string) =>
      fc.constantFrom('messageId', 'ItemIdentifier', 'id').map((key) => ({ [key]: id }));
    const spoiled = batch.chain((ids) =>
      fc.record({
        ids: fc.constant(ids),
        good: fc.subarray(ids),
        bad: fc.oneof(unreadable, fc.constantFrom(...ids).chain(misspelt)),
        place: fc.nat(),
      }),
    );
    fc.assert(
      fc.property(spoiled, ({ ids, good, bad, place }) => {
        const failures: unknown[] = good.map((itemIdentifier) => ({ itemIdentifier }));
        failures.splice(place % (failures.length + 1), 0, bad);
        expect(doneOf(ids, { batchItemFailures: failures })).toEqual([]);
      }),
    );
  });

  it('is nothing when the answer is no answer', () => {
    const scalar = fc.oneof(fc.string(), fc.boolean(), fc.integer());
    const list = fc.array(fc.jsonValue());
    const noList = fc.oneof(scalar, fc.dictionary(fc.string(), fc.jsonValue()));
    const stranger = fc.dictionary(
      fc.string().filter((key) => !['batchItemFailures', '__proto__'].includes(key)),
      fc.jsonValue(),
      { minKeys: 1 },
    );
    const wrong = fc.oneof(
      scalar,
      list,
      stranger,
      noList.map((batchItemFailures) => ({ batchItemFailures })),
    );
    fc.assert(fc.property(batch, wrong, (ids, answer) => expect(doneOf(ids, answer)).toEqual([])));
  });
});
