import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Wish } from './plan.ts';
import { openidOf } from './plan.ts';

type Outcome = { type: string; detail: Record<string, unknown> };
type Entry = {
  wish: Wish;
  /** Different outcomes published; a replay is no other. */
  outcomes: Outcome[];
  published: number;
  /** When its outcome had been remembered, on the clock of `performance`. */
  rememberedAt?: number;
  calls: number;
  callsAfterRemembered: number;
};

export type End = 'succeeded' | 'failed' | 'dead letter' | 'lost' | 'several';
export type Ledger = ReturnType<typeof createLedger>;

/** How the outcomes table names a sign-up: reckoned here, so that a change of the key does not go unnoticed. */
const keyOf = ({ id, mchid, endpoint }: Wish): string => {
  const hash = createHash('sha256')
    .update(JSON.stringify([mchid, id]))
    .digest('base64');
  return `${endpoint.name}#${hash}`;
};

const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

/** What was seen of each sign-up, by those who were called: bus, WeChat Pay, outcomes table. */
export const createLedger = (plan: readonly Wish[]) => {
  const entries = new Map<string, Entry>(
    plan.map((wish) => [wish.id, { wish, outcomes: [], published: 0, calls: 0, callsAfterRemembered: 0 }]),
  );
  const byKey = new Map(plan.map((wish) => [keyOf(wish), wish.id]));
  const byOpenid = new Map(plan.map((wish) => [openidOf(wish.id), wish.id]));
  const find = (id: string | undefined): Entry | undefined =>
    id === undefined ? undefined : entries.get(id);

  return {
    /** An outcome that the bus took. */
    heard: (type: string, detail: Record<string, unknown>): void => {
      const entry = find(String(detail['request_id']));
      if (entry === undefined) throw new Error('an outcome for nobody');
      entry.published += 1;
      const known = entry.outcomes.some((one) => one.type === type && isDeepStrictEqual(one.detail, detail));
      if (!known) entry.outcomes.push({ type, detail });
    },
    /** A call that DynamoDB has carried out. */
    wrote: (operation: string, body: string): void => {
      if (operation !== 'UpdateItem' || !body.includes('COMPLETED')) return;
      const { Key } = json(body) as { Key?: { id?: { S: string } } };
      const entry = find(byKey.get(Key?.id?.S ?? ''));
      if (entry === undefined) throw new Error('an outcome was remembered under a key nobody has');
      entry.rememberedAt ??= performance.now();
    },
    /** A sign-up that WeChat Pay is asked for right now. */
    called: (body: Buffer): void => {
      const entry = find(byOpenid.get(String(json(body.toString())['openid'])));
      if (entry === undefined) throw new Error('a call for nobody');
      entry.calls += 1;
      if (entry.rememberedAt !== undefined) entry.callsAfterRemembered += 1;
    },
    /** Whether everybody has an end, given the ids found among the dead letters. */
    ends: (dead: ReadonlySet<string>): Map<string, End> =>
      new Map(
        [...entries].map(([id, { outcomes }]) => {
          const [first, second] = outcomes;
          if (second !== undefined) return [id, 'several'];
          if (first !== undefined) return [id, first.type.endsWith('Succeeded') ? 'succeeded' : 'failed'];
          return [id, dead.has(id) ? 'dead letter' : 'lost'];
        }),
      ),
    entries: () => [...entries.values()] as readonly Readonly<Entry>[],
  };
};
