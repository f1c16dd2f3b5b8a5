import { exampleOf } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';

export const MERCHANTS = ['1900000001', '1900000002'] as const;

/** `poison`: without an id that an outcome could name, so a dead letter; `invalid`: refused for good. */
export type Kind = 'good' | 'invalid' | 'poison';

/** One sign-up somebody wants. `id`: its request_id; of a poisonous one, only our own name for it. */
export type Wish = {
  id: string;
  kind: Kind;
  endpoint: Endpoint;
  mchid: string;
  detail: object;
  twice: boolean;
};

const SHARE = { poison: 0.01, invalid: 0.02, twice: 0.05 };

const kindOf = (chance: number): Kind => {
  if (chance < SHARE.poison) return 'poison';
  return chance < SHARE.poison + SHARE.invalid ? 'invalid' : 'good';
};

const pick = <T>(from: readonly T[], chance: number): T => from[Math.floor(chance * from.length)] as T;

/** Each sign-up has an openid of its own, which is sent in clear: by it WeChat Pay's calls are told apart. */
export const openidOf = (id: string): string => `openid-${id}`;

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
    const id = `signup-${String(index).padStart(6, '0')}`;
    const endpoint = pick(endpoints, random());
    const mchid = pick(MERCHANTS, random());
    const kind = kindOf(random());
    const twice = kind !== 'poison' && random() < SHARE.twice;
    return { id, kind, endpoint, mchid, twice, detail: detailOf(id, kind, mchid, endpoint) };
  });
