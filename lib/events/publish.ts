import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Endpoint } from '../endpoint.ts';
import { errorBody, fault, PresignError } from '../errors.ts';
import type { Presigned } from '../presign.ts';
import { type Correlation, detailType } from './contract.ts';
import { MAX_DETAIL_BYTES, putEvent } from './put-event.ts';

/** How a pre-sign ended: WeChat Pay's answer, or why it was refused for good. */
type Outcome = Presigned | PresignError;

const withId = (wechatpay_request_id: string | undefined) =>
  wechatpay_request_id === undefined ? {} : { wechatpay_request_id };

/** In one language, for consumers branch on the code. */
const detailOfFailure = (asked: Correlation, error: PresignError): string =>
  JSON.stringify({
    ...asked,
    error: { ...errorBody(error, 'en'), status: error.status },
    ...(error.uncertain ? { uncertain: true } : {}),
    ...withId(error.requestId),
  });

/** The answer is put in as text: parsing it would round its large numbers. */
const detailOfSuccess = (
  asked: Correlation,
  response: string,
  { requestId, launch }: Pick<Presigned, 'requestId' | 'launch'>,
): string =>
  `${JSON.stringify({ ...asked, ...withId(requestId), launch }).slice(0, -1)},"response":${response}}`;

const detailOf = (asked: Correlation, outcome: Outcome): string => {
  if (outcome instanceof PresignError) return detailOfFailure(asked, outcome);
  const whole = detailOfSuccess(asked, outcome.text, outcome);
  if (Buffer.byteLength(whole) <= MAX_DETAIL_BYTES) return whole;
  return detailOfSuccess(asked, outcome.documented, outcome);
};

/** Resolves once the bus has taken the outcome. Once `signal` has aborted, nothing is sent any more. */
export type Publish = (asked: Correlation, outcome: Outcome, signal: AbortSignal) => Promise<void>;

/** @returns the publisher of an endpoint's outcomes. It rejects with SERVICE_UNAVAILABLE unless the bus took one. */
export const createPublish =
  (eventBridge: EventBridgeClient, bus: string, endpoint: Endpoint): Publish =>
  async (asked, outcome, signal) => {
    const type = detailType(endpoint, outcome instanceof PresignError ? 'Failed' : 'Succeeded');
    const event = { bus, detailType: type, detail: detailOf(asked, outcome) };
    await putEvent(eventBridge, event, signal).catch((cause: unknown) => {
      throw fault('SERVICE_UNAVAILABLE', 'outcome_unpublished', { cause, retryAfter: 2 });
    });
  };
