import { exampleOf } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';

export const MERCHANTS = ['1900000001', '1900000002'] as const;

/**
 * `poison`: without an id that an outcome could name, so a dead letter. `invalid`: refused by us. `refused`: by WeChat Pay,
 * if what else goes wrong lets it come to that. `unanswered`: WeChat Pay acts, and no answer ever arrives while it storms.
 */
export type Kind = 'good' | 'invalid' | 'poison' | 'refused' | 'unanswered';

/** One pre-sign somebody wants. `id`: its request_id; of a poisonous one, only our own name for it. */
export type Wish = {
  id: string;
  kind: Kind;
  endpoint: Endpoint;
  mchid: string;
  detail: object;
  twice: boolean;
};

const SHARES = { poison: 0.01, invalid: 0.02, refused: 0.02, unanswered: 0.01 };
const TWICE = 0.05;

const kindOf = (chance: number): Kind => {
  let reached = 0;
  for (const [kind, share] of Object.entries(SHARES) as [Exclude<Kind, 'good'>, number][]) {
    reached += share;
    if (chance < reached) return kind;
  }
  return 'good';
};

const pick = <T>(from: readonly T[], chance: number): T => from[Math.floor(chance * from.length)] as T;

/** Each pre-sign has an openid of its own, which is sent in clear: by it WeChat Pay's calls are told apart. */
export const openidOf = (id: string): string => `openid-${id}`;

/** The pre-sign that a request of ours to WeChat Pay is about. */
export const createFinder = (plan: readonly Wish[]) => {
  const byOpenid = new Map(plan.map((wish) => [openidOf(wish.id), wish]));
  return (body: object): Wish | undefined => byOpenid.get(String((body as { openid?: unknown }).openid));
};

const detailOf = (id: string, kind: Kind, mchid: string, { request }: Endpoint): object => {
  const example = exampleOf(request) as Record<string, unknown>;
  const contract = 'out_contract_code' in example ? { out_contract_code: id } : {};
  const body = { ...example, ...contract, openid: openidOf(id) };
  if (kind === 'poison') return { mchid, body, note: id };
  return kind === 'invalid'
    ? { request_id: id, mchid, body: { ...body, openid: '' } }
    : { request_id: id, mchid, body };
};

/** What `count` callers want, spread over endpoints and merchants. */
export const makePlan = (count: number, endpoints: readonly Endpoint[], random: () => number): Wish[] =>
  Array.from({ length: count }, (_, index) => {
    const id = `request-${String(index).padStart(6, '0')}`;
    const endpoint = pick(endpoints, random());
    const mchid = pick(MERCHANTS, random());
    const kind = kindOf(random());
    const twice = kind !== 'poison' && random() < TWICE;
    return { id, kind, endpoint, mchid, twice, detail: detailOf(id, kind, mchid, endpoint) };
  });

/** Duplicates come right behind the first, into the same batch if it so happens, or in the next thousand, in no order. */
export const withDuplicates = (plan: readonly Wish[], random: () => number): Wish[] =>
  [
    ...plan.map((wish, at) => ({ wish, at })),
    ...plan.flatMap((wish, at) =>
      wish.twice ? [{ wish, at: at + (random() < 0.5 ? 0.5 : random() * 1_000) }] : [],
    ),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ wish }) => wish);
