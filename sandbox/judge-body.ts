import { checkContentType, checkPlatformSerial } from './headers.ts';
import { held } from './held.ts';
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
    held(call, 'headers', checkContentType(call)) ??
    checkPlatformSerial(call, hasSensitive(rules.members), merchant, platform);
  if (wrongHeader) return { merchant, refusal: wrongHeader };
  const parsed = parseBody(call.body);
  if ('refusal' in parsed) {
    held(call, 'body', parsed.refusal);
    return { merchant, ...parsed };
  }
  const { body } = parsed;
  const wrongBody = held(call, 'body', checkBody(rules, body));
  if (wrongBody) return { merchant, refusal: wrongBody };
  const key = platform.usable(merchant, call.platformSerial);
  const fields = key ? sensitiveFields(rules.members, body) : [];
  const { plaintexts, refusal } = key ? openFields(fields, key) : { plaintexts: {} };
  call.decrypted = plaintexts;
  if (fields.length > 0) held(call, 'fields', refusal);
  if (refusal) return { merchant, refusal };
  const plainBody = withPlaintexts(body, plaintexts);
  return { merchant, act: () => carryOut({ body, plainBody }) };
}

export const judgePresign = (call: Call, endpoint: Endpoint, merchant: Merchant, world: World): Judgement =>
  judgeBody(call, endpoint, merchant, world, (bodies) =>
    world.presigns.process({ mchid: merchant.mchid, endpoint, ...bodies, bytes: call.body }),
  );
