import { createHash } from 'node:crypto';
import { answerJson } from './answer.ts';
import { keepLast } from './keep-last.ts';
import { refuse } from './refusals.ts';
import type { Endpoint } from './rules.ts';
import type { Answer, ContractKind, JsonObject, Presign } from './types.ts';

export type Order = {
  readonly mchid: string;
  readonly endpoint: Endpoint;
  /** As received, for the business key. */
  readonly body: JsonObject;
  readonly plainBody: JsonObject;
  readonly bytes: Buffer;
};

export type Presigns = ReturnType<typeof createPresigns>;

/**
 * Effects, idempotent as a payment system's should be: the same bytes are the same pre-sign and get the same id. A client
 * that encrypts again for a retry sends other bytes. What then happens under one business key nobody documents: with
 * `refusesReentry` they are a re-entry with different parameters and are refused, without it they are another pre-sign.
 */
export function createPresigns(clock: () => number, refusesReentry: boolean, keep: number) {
  const done: Presign[] = [];
  const keys = new Map<Presign, string>();
  const byKey = new Map<string, Presign>();

  function process({ mchid, endpoint, body, plainBody, bytes }: Order): Answer {
    const { path, businessKey, answer, contract } = endpoint;
    const bodyHash = createHash('sha256').update(bytes).digest('hex');
    const sameAs = refusesReentry && businessKey ? businessKey(body) : bodyHash;
    const key = JSON.stringify([mchid, path, sameAs]);
    const known = whileSignable(byKey.get(key), contract);
    if (known && known.bodyHash !== bodyHash)
      return refuse(400, 'INVALID_REQUEST', '商户订单号重入，请求参数与首次请求不一致');
    const presign = known ?? { mchid, path, id: answer.id(), body: plainBody, bodyHash, madeAt: clock() };
    if (!known) {
      byKey.set(key, presign);
      keys.set(presign, key);
      forget(keepLast(done, presign, keep));
    }
    return answerJson({ [answer.member]: presign.id });
  }

  function forget(presign: Presign | undefined): void {
    if (!presign) return;
    const key = keys.get(presign) ?? '';
    keys.delete(presign);
    // Another may have taken its place since.
    if (byKey.get(key) === presign) byKey.delete(key);
  }

  /** What can be signed no more is forgotten: the merchant is to pre-sign again. Assumed: under the same number. */
  function whileSignable(presign: Presign | undefined, kind: ContractKind | undefined): Presign | undefined {
    const { signableFor = Number.POSITIVE_INFINITY } = kind ?? {};
    return presign && clock() - presign.madeAt < signableFor ? presign : undefined;
  }

  return {
    done: done as readonly Presign[],
    process,
    clear(): void {
      done.splice(0);
      byKey.clear();
      keys.clear();
    },
  };
}
