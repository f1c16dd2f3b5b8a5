import { authorize } from './authorization.ts';
import { answerCertificates, CERTIFICATES_PATH } from './certificates.ts';
import { parseBody } from './json.ts';
import type { Merchant, Merchants } from './merchants.ts';
import type { Platform } from './platform.ts';
import type { Presigns } from './presigns.ts';
import { headerError, refuse, refuseEmpty } from './refusals.ts';
import { checkBody, type Endpoint, hasSensitive, sensitiveFields } from './rules.ts';
import { openFields, withPlaintexts } from './sensitive.ts';
import type { Answer, Call } from './types.ts';

/**
 * What the server makes of a request. `act` carries it out and is only there when nothing is wrong with it;
 * `merchant` is there as soon as the request's signature held.
 */
export type Judgement =
  | { readonly refusal: Answer; readonly merchant?: Merchant }
  | { readonly merchant: Merchant; readonly act: () => Answer };

export type World = {
  readonly clock: () => number;
  readonly endpoints: Map<string, Endpoint>;
  readonly merchants: Merchants;
  readonly platform: Platform;
  readonly presigns: Presigns;
};

/** All checks, in the order of the real server; fills in the call record on the way; changes nothing else. */
export function judge(call: Call, world: World): Judgement {
  const [path = ''] = call.path.split('?');
  const endpoint = world.endpoints.get(path);
  if (!endpoint && path !== CERTIFICATES_PATH) return { refusal: refuseEmpty(404) };
  if (call.method !== (endpoint ? 'POST' : 'GET')) return { refusal: refuseEmpty(405) };
  // Before the signature, hence unsigned.
  if (!call.headers['user-agent'] || !call.headers['accept']) {
    return { refusal: refuse(400, 'INVALID_REQUEST', 'Http头缺少Accept或User-Agent', { signed: false }) };
  }
  const authorized = authorize(call, world.merchants, world.clock());
  if ('refusal' in authorized) return authorized;
  const { merchant } = authorized;
  if (endpoint) return judgePresign(call, endpoint, merchant, world);
  return { merchant, act: () => answerCertificates(merchant, world.platform) };
}

function judgePresign(call: Call, endpoint: Endpoint, merchant: Merchant, world: World): Judgement {
  const wrongHeader = checkContentType(call) ?? checkPlatformSerial(call, endpoint, merchant, world.platform);
  if (wrongHeader) return { merchant, refusal: wrongHeader };
  const parsed = parseBody(call.body);
  if ('refusal' in parsed) return { merchant, refusal: parsed.refusal };
  const { body } = parsed;
  const wrongBody = checkBody(endpoint, body);
  if (wrongBody) return { merchant, refusal: wrongBody };
  const { plaintexts, refusal } = openAll(call, endpoint, merchant, world.platform, body);
  call.decrypted = plaintexts;
  if (refusal) return { merchant, refusal };
  const plainBody = withPlaintexts(body, plaintexts);
  const order = { mchid: merchant.mchid, endpoint, body, plainBody, bytes: call.body };
  return { merchant, act: () => world.presigns.process(order) };
}

function checkContentType({ headers }: Call): Answer | undefined {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  if (mediaType.trim().toLowerCase() === 'application/json') return undefined;
  return headerError(
    'INVALID_REQUEST',
    'Content-Type',
    'must be application/json',
    'Http头Content-Type不正确',
  );
}

function checkPlatformSerial(call: Call, { members }: Endpoint, merchant: Merchant, platform: Platform) {
  const { platformSerial } = call;
  if (platformSerial === undefined) {
    if (!hasSensitive(members)) return undefined;
    const message = 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)';
    return headerError('PARAM_ERROR', 'Wechatpay-Serial', 'is required', message);
  }
  if (platform.usable(merchant, platformSerial)) return undefined;
  return headerError('PARAM_ERROR', 'Wechatpay-Serial', 'is not known', '平台证书序列号Wechatpay-Serial错误');
}

type Body = Parameters<typeof sensitiveFields>[1];

function openAll(call: Call, { members }: Endpoint, merchant: Merchant, platform: Platform, body: Body) {
  const fields = sensitiveFields(members, body);
  const key = platform.usable(merchant, call.platformSerial);
  return key ? openFields(fields, key) : { plaintexts: {} };
}
