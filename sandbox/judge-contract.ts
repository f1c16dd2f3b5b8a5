import { CAMPUS_ROUTES } from './campus-contracts.ts';
import type { ContractRoute } from './contract-route.ts';
import { ETC_ROUTES } from './etc-contracts.ts';
import { checkPlatformSerial } from './headers.ts';
import { held } from './held.ts';
import { parseBody } from './json.ts';
import type { Merchant } from './merchants.ts';
import { matchPath, type Pairs, readParameters } from './parameters.ts';
import { PAYEE_ROUTES } from './payee-contracts.ts';
import { checkBody } from './rules.ts';
import type { Answer, Call } from './types.ts';
import type { Judgement, World } from './world.ts';

/** Everything that merchants may ask of contracts. */
export const CONTRACT_ROUTES: readonly ContractRoute[] = [...ETC_ROUTES, ...CAMPUS_ROUTES, ...PAYEE_ROUTES];

/** A route and the parameters in a path that fits it. */
export type FoundRoute = { readonly route: ContractRoute; readonly path: string; readonly inPath: Pairs };

export function findContractRoute(path: string): FoundRoute | undefined {
  for (const route of CONTRACT_ROUTES) {
    const inPath = matchPath(route.path, path);
    if (inPath) return { route, path, inPath };
  }
  return undefined;
}

export function judgeContract(
  call: Call,
  { route, path, inPath }: FoundRoute,
  query: string,
  merchant: Merchant,
  { clock, contracts, platform }: World,
): Judgement {
  const wrong = checkPlatformSerial(call, false, merchant, platform) ?? held(call, 'body', checkNoBody(call));
  if (wrong) return { merchant, refusal: wrong };
  const read = readParameters(route.parameters, inPath, query);
  if ('refusal' in read) {
    held(call, 'body', read.refusal);
    return { merchant, ...read };
  }
  const asked = { mchid: merchant.mchid, path, values: read.values, contracts };
  return { merchant, act: () => route.answer({ ...asked, now: clock() }) };
}

/** Assumed: none of them has a body; one without members says nothing, and is let pass. */
function checkNoBody(call: Call): Answer | undefined {
  if (call.body.length === 0) return undefined;
  const parsed = parseBody(call.body);
  return 'refusal' in parsed ? parsed.refusal : checkBody({ members: {} }, parsed.body);
}
