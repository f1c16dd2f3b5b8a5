import { asPresignError, type Detail, PresignError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import type { Said } from '../language.ts';
import type { Answer, Sealed } from '../wechatpay/client.ts';
import type { Claim, RequestKey, RequestStore } from './request-store.ts';

/** What WeChat Pay said, or our words for it in every language: who asks again may ask in another. */
type Refused = { code: string; message: Said; detail?: Detail | Detail[] | undefined };

/** How a request ended, as it is remembered: nothing that was submitted. */
type Remembered = { requestId?: string | undefined } & (
  | { response: string }
  | { error: Refused; status: number; uncertain: boolean }
);

/** As small as the documented answer, whatever WeChat Pay adds to it. */
const rememberAnswer = ({ documented, requestId }: Answer): Remembered => ({
  response: documented,
  requestId,
});
const rememberError = (error: PresignError): Remembered => ({
  error: { code: error.code, message: error.said, detail: error.detail },
  status: error.status,
  uncertain: error.uncertain,
  requestId: error.requestId,
});

/** @throws PresignError the remembered one. */
const replay = (outcome: string): Answer => {
  const remembered = JSON.parse(outcome) as Remembered;
  const { requestId } = remembered;
  if ('response' in remembered) {
    const { response } = remembered;
    return { text: response, documented: response, requestId, replayed: true };
  }
  const { error, status, uncertain } = remembered;
  throw new PresignError({ ...error, status, retryable: false }, 'outcome_replayed', {
    detail: error.detail,
    requestId,
    uncertain,
  });
};

export type RunOnceOptions = {
  store: RequestStore;
  /** Called when an outcome could not be remembered; it stands all the same. */
  onForgotten: (error: PresignError) => void;
  /** Called when an earlier attempt's bytes are given up, for WeChat Pay no longer takes their key. */
  onResealed: (platformKeyId: string) => void;
};

/** What one request is about, and how WeChat Pay is asked. */
export type Request = {
  key: RequestKey;
  /** Encrypted just now; what an earlier attempt has sent is sent again instead. */
  sealed: Sealed;
  send: (sealed: Sealed) => Promise<Answer>;
  /** Encrypts anew when WeChat Pay no longer takes the key of the first attempt. */
  isKeyRefused: (error: PresignError) => boolean;
};

/**
 * Asks WeChat Pay once for each request, however often it comes: the first outcome is the outcome. What failed and may
 * go better later is sent again with the same bytes.
 * @returns a function that resolves with the answer, the remembered one included, and rejects with a PresignError;
 *   retryable ones are not remembered.
 */
export const createRunOnce = ({ store, onForgotten, onResealed }: RunOnceOptions) => {
  /** Other bytes are sent only when WeChat Pay no longer takes the key of the first, and there is another. */
  const sendClaimed = async (claim: Claim, { send, sealed, isKeyRefused }: Request): Promise<Answer> => {
    const refusedKey = claim.sealed.platformKeyId;
    try {
      return await send(claim.sealed);
    } catch (thrown) {
      const refused = asPresignError(thrown);
      if (sealed.platformKeyId === refusedKey || !isKeyRefused(refused)) throw refused;
      await store.reseal(claim, sealed);
      onResealed(refusedKey);
      return await send(sealed).catch((again: unknown) => {
        const error = asPresignError(again);
        error.uncertain ||= refused.uncertain;
        throw error;
      });
    }
  };

  /** Within its time an invocation cannot be overtaken, so what it knows may be told though it cannot be written. */
  const settle = (claim: Claim, remembered: Remembered, { signal }: Invocation): Promise<void> =>
    store.settle(claim, JSON.stringify(remembered)).catch((thrown: unknown) => {
      const error = asPresignError(thrown);
      if (error.reason !== 'outcomes_unavailable' || signal.aborted) throw error;
      onForgotten(error);
    });

  return async (request: Request, invocation: Invocation): Promise<Answer> => {
    const claim = await store.claim(request.key, request.sealed, invocation.endsAt);
    if (typeof claim === 'string') return replay(claim);
    let answer: Answer;
    try {
      answer = await sendClaimed(claim, request);
    } catch (thrown) {
      const error = asPresignError(thrown);
      // The claim of whoever is late ends by itself.
      if (invocation.signal.aborted) throw error;
      if (error.retryable) {
        await store
          .release(claim, error.uncertain ? claim.unsettled : claim.unsettled - 1)
          .catch(() => undefined);
        throw error;
      }
      error.uncertain ||= claim.unsettled > 1;
      await settle(claim, rememberError(error), invocation);
      throw error;
    }
    await settle(claim, rememberAnswer(answer), invocation);
    return answer;
  };
};
export type RunOnce = ReturnType<typeof createRunOnce>;
