import { endpointsIn } from '../../../lib/documents/endpoints.ts';
import { detailType } from '../../../lib/events/contract.ts';
import { namesOf } from '../../../lib/names.ts';
import { contractsOf, type Event } from './contracts.ts';
import { blocks, type Entry, readPage } from './page.ts';

export const BUS = namesOf('prod').eventBus;
export const SCOPE = 'cn-north-1:111122223333';

type Statement = { Effect: string; Action: string | string[]; Resource: string; Condition: object };
export type Pattern = Record<string, (string | { suffix: string })[]>;

export const endpoints = await endpointsIn();
const { schemas, ...checks } = contractsOf(endpoints);
export const { errorsOfEvent, errorsOfDetail } = checks;
export const page = await readPage('events.md');

export const json = blocks(page, 'json').map((text) => JSON.parse(text) as object);
const isEvent = (block: object): block is Event => 'detail' in block && 'source' in block;
export const events = json.filter(isEvent);
export const entries = json.flat().filter((block): block is Entry => 'DetailType' in block);
export const statements = json.flat().filter((block): block is Statement => 'Effect' in block);
export const patterns = json.filter(
  (block): block is Pattern =>
    !isEvent(block) && Object.values(block).every(Array.isArray) && !Array.isArray(block),
);

const matches = (pattern: Pattern, event: Event): boolean =>
  Object.entries(pattern).every(([name, wanted]) => {
    const value = String(event[name as keyof Event]);
    return wanted.some((want) => (typeof want === 'string' ? want === value : value.endsWith(want.suffix)));
  });

/** detail-types of the outcomes and requests that a pattern brings. Throws when it would bring one that is not from us. */
export const matched = (pattern: Pattern): string[] => {
  const genuine = Object.values(schemas).flatMap(({ examples: [example] }) => (example ? [example] : []));
  const forged = genuine.map((event) => ({ ...event, source: 'forged' }));
  if (forged.some((event) => matches(pattern, event))) throw new Error('the pattern brings forged outcomes');
  return genuine.filter((event) => matches(pattern, event)).map((event) => event['detail-type']);
};

export const types = (...kinds: ('Requested' | 'Succeeded' | 'Failed')[]): string[] =>
  endpoints.flatMap((endpoint) => kinds.map((kind) => detailType(endpoint, kind)));
