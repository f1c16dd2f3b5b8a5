import { authorize } from './authorization.ts';
import { CERTIFICATES_PATH, judgeCertificates } from './certificates.ts';
import { ECHO_PATH, judgeEcho } from './echo.ts';
import { held } from './held.ts';
import { judgePresign } from './judge-body.ts';
import { findContractRoute, judgeContract } from './judge-contract.ts';
import { judgeOther } from './judge-other.ts';
import type { Merchant } from './merchants.ts';
import { refuse, refuseEmpty } from './refusals.ts';
import type { Answer, Call } from './types.ts';
import type { Judgement, World } from './world.ts';

/** Without `method`, any. */
type Route = { readonly method?: string; readonly judge: (merchant: Merchant) => Judgement };

/** All checks, in the order of the real server; fills in the call record on the way; changes nothing else. */
export function judge(call: Call, world: World): Judgement {
  const route = findRoute(call, world);
  const refusal = held(call, 'route', checkRoute(call, route)) ?? held(call, 'headers', checkHeaders(call));
  if (refusal || !route) return { refusal: refusal ?? refuseEmpty(404) };
  const authorized = authorize(call, world);
  return 'refusal' in authorized ? authorized : route.judge(authorized.merchant);
}

function checkRoute({ method }: Call, route: Route | undefined): Answer | undefined {
  if (!route) return refuseEmpty(404);
  return route.method === undefined || route.method === method ? undefined : refuseEmpty(405);
}

/** Before the signature, hence unsigned. */
function checkHeaders({ headers }: Call): Answer | undefined {
  if (headers['user-agent'] && headers['accept']) return undefined;
  return refuse(400, 'INVALID_REQUEST', 'Http头缺少Accept或User-Agent', { signed: false });
}

/** Whether there is more to this path than what all calls have in common. */
export const isPlayed = (call: Call, world: World): boolean => findPlayed(call, world) !== undefined;

const findRoute = (call: Call, world: World): Route | undefined =>
  findPlayed(call, world) ??
  (call.path.startsWith('/v3/') ? { judge: (merchant) => judgeOther(call, merchant, world) } : undefined);

function findPlayed(call: Call, world: World): Route | undefined {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/.exec(call.path) ?? [];
  if (path === CERTIFICATES_PATH)
    return { method: 'GET', judge: (merchant) => judgeCertificates(query, merchant, world.platform) };
  if (path === ECHO_PATH) return { method: 'POST', judge: (merchant) => judgeEcho(call, merchant, world) };
  const endpoint = world.endpoints.get(path);
  if (endpoint) return { method: 'POST', judge: (merchant) => judgePresign(call, endpoint, merchant, world) };
  const found = findContractRoute(path);
  if (!found) return undefined;
  const { method } = found.route;
  return { method, judge: (merchant) => judgeContract(call, found, query, merchant, world) };
}
