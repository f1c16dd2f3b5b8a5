import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Presign } from '../../sandbox/types.ts';
import { isSettlement } from '../support/request-writes.ts';
import { createFinder, type Wish } from './plan.ts';

type Outcome = { type: string; detail: Record<string, unknown> };
export type Entry = {
  wish: Wish;
  /** Different outcomes published; a replay is no other. */
  outcomes: Outcome[];
  published: number;
  /** When its outcome was remembered, in the order of what was seen. */
  rememberedAt: number;
  calls: number;
  /** Begun after that: a call begins when it is signed. */
  callsAfterRemembered: number;
  /** Claims made by a wrong clock: they keep nobody away, or take what is somebody else's. */
  wrongClocks: number;
  /** Hashes of what WeChat Pay was sent. */
  bytes: Set<string>;
};

export type End = 'succeeded' | 'failed' | 'dead letter' | 'lost' | 'several';
export type Ledger = ReturnType<typeof createLedger>;

/** How the outcomes table names a pre-sign: reckoned here, so that a change of the key does not go unnoticed. */
export const keyOf = ({ id, mchid, endpoint }: Wish): string => {
  const hash = createHash('sha256')
    .update(JSON.stringify([mchid, id]))
    .digest('base64url');
  return `${endpoint.name}#${hash}`;
};

const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

/**
 * What a caller goes by. The same end may be told with another Request-ID: where the table could not be written, WeChat
 * Pay is asked again, with the same bytes, and answers the same.
 */
const isSameEnd = (a: Outcome, b: Outcome): boolean =>
  a.type === b.type &&
  isDeepStrictEqual([a.detail['response'], a.detail['error']], [b.detail['response'], b.detail['error']]);

/** What was seen of each pre-sign, by those who were called: bus, WeChat Pay, outcomes table. */
export const createLedger = (plan: readonly Wish[]) => {
  const never = Number.POSITIVE_INFINITY;
  const blank = { published: 0, rememberedAt: never, calls: 0, callsAfterRemembered: 0, wrongClocks: 0 };
  const entries = new Map<string, Entry>(
    plan.map((wish) => [wish.id, { ...blank, wish, outcomes: [], bytes: new Set() }]),
  );
  const signedAt = new Map<string, number>();
  let seen = 0;
  const next = (): number => {
    seen += 1;
    return seen;
  };
  const byKey = new Map(plan.map((wish) => [keyOf(wish), wish.id]));
  const finder = createFinder(plan);
  const find = (id: string | undefined, what: string): Entry => {
    const entry = id === undefined ? undefined : entries.get(id);
    if (entry === undefined) throw new Error(`${what} for nobody`);
    return entry;
  };

  return {
    /** An outcome that the bus took. */
    heard: (type: string, detail: Record<string, unknown>): void => {
      const entry = find(String(detail['request_id']), 'an outcome');
      const outcome = { type, detail };
      entry.published += 1;
      if (!entry.outcomes.some((one) => isSameEnd(one, outcome))) entry.outcomes.push(outcome);
    },
    /** A call that DynamoDB has carried out. */
    wrote: (operation: string, body: string): void => {
      if (!isSettlement({ operation, body })) return;
      const { Key } = json(body) as { Key?: { id?: { S: string } } };
      const entry = find(byKey.get(Key?.id?.S ?? ''), 'an outcome remembered');
      entry.rememberedAt = Math.min(entry.rememberedAt, next());
    },
    /** A claim of the item of this name is made by a wrong clock. */
    offClock: (item: string): void => {
      find(byKey.get(item), 'a claim').wrongClocks += 1;
    },
    /** KMS has made this signature. */
    signed: (signature: string): void => void signedAt.set(signature, next()),
    /**
     * WeChat Pay is asked for a pre-sign. On a busy machine an attempt that timed out may be seen after the next one, and
     * after its outcome: when it began is told by its signature.
     */
    called: (body: Buffer, authorization = ''): void => {
      const entry = find(finder(json(body.toString()))?.id, 'a call');
      const [, signature = ''] = /signature="([^"]*)"/.exec(authorization) ?? [];
      entry.calls += 1;
      if ((signedAt.get(signature) ?? never) > entry.rememberedAt) entry.callsAfterRemembered += 1;
      entry.bytes.add(createHash('sha256').update(body).digest('base64'));
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
    /** What WeChat Pay has made, by who wanted it. */
    made: (presigns: readonly Presign[]): Map<string, string[]> => {
      const made = new Map<string, string[]>();
      for (const { id, body } of presigns) {
        const wanted = find(finder(body)?.id, 'a pre-sign').wish.id;
        made.set(wanted, [...(made.get(wanted) ?? []), id]);
      }
      return made;
    },
  };
};
