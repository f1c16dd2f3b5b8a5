import { checkContentType, checkPlatformSerial } from './headers.ts';
import { parseBody } from './json.ts';
import type { Merchant } from './merchants.ts';
import { type BodyRules, checkBody, type Endpoint, hasSensitive, sensitiveFields } from './rules.ts';
import { openFields, withPlaintexts } from './sensitive.ts';
import type { Answer, Call, JsonObject } from './types.ts';
import type { Judgement, World } from './world.ts';

/** As received, and with every sensitive field decrypted. */
type Bodies = { readonly body: JsonObject; readonly plainBody: JsonObject };

/** A JSON body, held against its rules and opened. `carryOut` does what it asks for. */
export function judgeBody(
  call: Call,
  rules: BodyRules,
  merchant: Merchant,
  { platform }: World,
  carryOut: (bodies: Bodies) => Answer,
): Judgement {
  const wrongHeader =
    checkContentType(call) ?? checkPlatformSerial(call, hasSensitive(rules.members), merchant, platform);
  if (wrongHeader) return { merchant, refusal: wrongHeader };
  const parsed = parseBody(call.body);
  if ('refusal' in parsed) return { merchant, refusal: parsed.refusal };
  const { body } = parsed;
  const wrongBody = checkBody(rules, body);
  if (wrongBody) return { merchant, refusal: wrongBody };
  call.passed.push('body');
  const key = platform.usable(merchant, call.platformSerial);
  const { plaintexts, refusal } = key
    ? openFields(sensitiveFields(rules.members, body), key)
    : { plaintexts: {} };
  call.decrypted = plaintexts;
  if (refusal) return { merchant, refusal };
  if (Object.keys(plaintexts).length > 0) call.passed.push('fields');
  const plainBody = withPlaintexts(body, plaintexts);
  return { merchant, act: () => carryOut({ body, plainBody }) };
}

export const judgePresign = (call: Call, endpoint: Endpoint, merchant: Merchant, world: World): Judgement =>
  judgeBody(call, endpoint, merchant, world, (bodies) =>
    world.presigns.process({ mchid: merchant.mchid, endpoint, ...bodies, bytes: call.body }),
  );
