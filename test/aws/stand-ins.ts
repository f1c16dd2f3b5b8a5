import type { ContractEndpoint } from '../../lib/contract-endpoint.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { ContractRoute } from '../../sandbox/contract-route.ts';
import { ENDPOINTS } from '../../sandbox/endpoints.ts';
import { CONTRACT_ROUTES } from '../../sandbox/judge-contract.ts';
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

/** The same of a contract endpoint. */
export const contractStandInOf = ({
  method,
  path,
}: Pick<ContractEndpoint, 'method' | 'path'>): ContractRoute => {
  const found = CONTRACT_ROUTES.find((one) => one.method === method && one.path === path);
  if (found === undefined)
    throw new Error(
      `no stand-in for ${method} ${path}: add it to the routes of its product, sandbox/…-contracts.ts`,
    );
  return found;
};

/** @throws Error as standInOf. */
export const requireStandIns = (endpoints: readonly Endpoint[]): void => {
  for (const endpoint of endpoints) standInOf(endpoint);
};
