import { expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { accountOf, mistakesIn } from './account.ts';
import type { Entry } from './ledger.ts';
import { makePlan } from './plan.ts';

const wishes = makePlan(3, await endpointsIn(), () => 0.5);

const entry = (index: number, change: Partial<Entry>): Entry => ({
  wish: wishes[index] as Entry['wish'],
  outcomes: [],
  published: 0,
  rememberedAt: Number.POSITIVE_INFINITY,
  calls: 0,
  callsAfterRemembered: 0,
  wrongClocks: 0,
  bytes: new Set(['a']),
  ...change,
});
const succeeded = (id: string) => ({ type: 'Succeeded', detail: { response: { preopen_id: id } } });
const failed = (detail: object = {}) => ({ type: 'Failed', detail: { error: {}, ...detail } });

const mistakes = (change: Partial<Entry>, made: readonly string[]): string[] =>
  mistakesIn(accountOf([entry(0, change)], new Map([[wishes[0]?.id ?? '', made]]))).flatMap(
    ([what, count]) => (count > 0 ? [what] : []),
  );
const refused = { ...wishes[0], kind: 'refused' } as Entry['wish'];

it('finds nothing wrong with what was made once and told, or refused with a caution', () => {
  expect(mistakes({ outcomes: [succeeded('T1')] }, ['T1'])).toEqual([]);
  expect(mistakes({ wish: refused, outcomes: [failed({ uncertain: true })] }, ['T1'])).toEqual([]);
  expect(mistakes({ wish: refused, outcomes: [failed()] }, [])).toEqual([]);
});

it.each<[string, Partial<Entry>, string[]]>([
  [
    'pre-signs made but reported as failed without uncertain',
    { wish: refused, outcomes: [failed()] },
    ['T1'],
  ],
  [
    'pre-signs made but failed, which WeChat Pay never refused',
    { outcomes: [failed({ uncertain: true })] },
    ['T1'],
  ],
  ['pre-signs made that nobody was told of', {}, ['T1']],
  ['pre-signs made twice for one request', { outcomes: [succeeded('T1')] }, ['T1', 'T2']],
  ['outcomes with an id that WeChat Pay never gave', { outcomes: [succeeded('T2')] }, ['T1']],
  [
    'requests whose bytes differed between attempts',
    { outcomes: [succeeded('T1')], bytes: new Set(['a', 'b']) },
    ['T1'],
  ],
])('finds %s', (what, change, made) => {
  expect(mistakes(change, made)).toEqual([what]);
});
