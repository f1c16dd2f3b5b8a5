import { createHash } from 'node:crypto';
import { refuse } from './refusals.ts';
import type { Endpoint } from './rules.ts';
import type { Answer, JsonObject, SignUp } from './types.ts';

export type Order = {
  readonly mchid: string;
  readonly endpoint: Endpoint;
  /** As received, for the business key. */
  readonly body: JsonObject;
  readonly plainBody: JsonObject;
  readonly bytes: Buffer;
};

export type SignUps = ReturnType<typeof createSignUps>;

/**
 * Effects, idempotent as a payment system's should be: the same bytes are the same sign-up and get the same id. A client
 * that encrypts again for a retry sends other bytes. What then happens under one business key nobody documents: with
 * `refusesReentry` they are a re-entry with different parameters and are refused, without it they are another sign-up.
 */
export function createSignUps({ refusesReentry }: { readonly refusesReentry: boolean }) {
  const done: SignUp[] = [];
  const byKey = new Map<string, SignUp>();

  function process({ mchid, endpoint, body, plainBody, bytes }: Order): Answer {
    const { path, businessKey, answer } = endpoint;
    const bodyHash = createHash('sha256').update(bytes).digest('hex');
    const sameAs = refusesReentry && businessKey ? businessKey(body) : bodyHash;
    const key = JSON.stringify([mchid, path, sameAs]);
    const known = byKey.get(key);
    if (known && known.bodyHash !== bodyHash)
      return refuse(400, 'INVALID_REQUEST', '商户订单号重入，请求参数与首次请求不一致');
    const signUp = known ?? { mchid, path, id: answer.id(), body: plainBody, bodyHash };
    if (!known) {
      byKey.set(key, signUp);
      done.push(signUp);
    }
    return { status: 200, body: Buffer.from(JSON.stringify({ [answer.member]: signUp.id })), signed: true };
  }

  return { done: done as readonly SignUp[], process };
}
