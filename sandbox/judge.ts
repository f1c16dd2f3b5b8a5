import { authorize } from './authorization.ts';
import { answerCertificates, CERTIFICATES_PATH } from './certificates.ts';
import { ECHO_PATH, judgeEcho } from './echo.ts';
import { judgePresign } from './judge-body.ts';
import { findContractRoute, judgeContract } from './judge-contract.ts';
import type { Merchant } from './merchants.ts';
import { refuse, refuseEmpty } from './refusals.ts';
import type { Call } from './types.ts';
import type { Judgement, World } from './world.ts';

type Route = { readonly method: string; readonly judge: (merchant: Merchant) => Judgement };

/** All checks, in the order of the real server; fills in the call record on the way; changes nothing else. */
export function judge(call: Call, world: World): Judgement {
  const route = findRoute(call, world);
  if (!route) return { refusal: refuseEmpty(404) };
  if (call.method !== route.method) return { refusal: refuseEmpty(405) };
  // Before the signature, hence unsigned.
  if (!call.headers['user-agent'] || !call.headers['accept']) {
    return { refusal: refuse(400, 'INVALID_REQUEST', 'Http头缺少Accept或User-Agent', { signed: false }) };
  }
  const authorized = authorize(call, world.merchants, world.clock());
  return 'refusal' in authorized ? authorized : route.judge(authorized.merchant);
}

function findRoute(call: Call, world: World): Route | undefined {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/.exec(call.path) ?? [];
  if (path === CERTIFICATES_PATH) {
    const act = (merchant: Merchant) => answerCertificates(merchant, world.platform);
    return { method: 'GET', judge: (merchant) => ({ merchant, act: () => act(merchant) }) };
  }
  if (path === ECHO_PATH) return { method: 'POST', judge: (merchant) => judgeEcho(call, merchant, world) };
  const endpoint = world.endpoints.get(path);
  if (endpoint) return { method: 'POST', judge: (merchant) => judgePresign(call, endpoint, merchant, world) };
  const found = findContractRoute(path);
  if (!found) return undefined;
  const { method } = found.route;
  return { method, judge: (merchant) => judgeContract(call, found, query, merchant, world) };
}
