import { answerJson } from './answer.ts';
import { checkPlatformSerial } from './headers.ts';
import type { Merchant } from './merchants.ts';
import { refuse } from './refusals.ts';
import type { Call } from './types.ts';
import type { Judgement, World } from './world.ts';

/**
 * A path below /v3/ that is not played here: what all calls have in common has been judged, and so is the key it names.
 * Assumed: the code and text of the 404, and that it is signed.
 */
export function judgeOther(call: Call, merchant: Merchant, { platform, echo }: World): Judgement {
  const refusal = checkPlatformSerial(call, false, merchant, platform);
  if (refusal) return { merchant, refusal };
  if (!echo) return { merchant, refusal: refuse(404, 'RESOURCE_NOT_EXISTS', '请求的资源不存在') };
  // Nothing of what was sent but its shape: it may hold somebody's data.
  return { merchant, act: () => answerJson({ method: call.method, body_bytes: call.body.length }) };
}
