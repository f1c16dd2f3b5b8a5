import type { Endpoint } from '../../lib/endpoint.ts';
import { ENDPOINTS } from '../../sandbox/endpoints.ts';
import type { Endpoint as StandIn } from '../../sandbox/rules.ts';

/**
 * What the stand-in of WeChat Pay knows of an endpoint.
 * @throws Error when it does not know it, and would answer 404 to all that comes.
 */
export const standInOf = (
  { path }: Pick<Endpoint, 'path'>,
  known: readonly StandIn[] = ENDPOINTS,
): StandIn => {
  const found = known.find((one) => one.path === path);
  if (found === undefined) throw new Error(`no stand-in for POST ${path}: add it to sandbox/endpoints.ts`);
  return found;
};

/** @throws Error as standInOf. */
export const requireStandIns = (endpoints: readonly Endpoint[]): void => {
  for (const endpoint of endpoints) standInOf(endpoint);
};
