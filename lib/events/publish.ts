import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Endpoint } from '../endpoint.ts';
import { errorBody, fault, PresignError } from '../errors.ts';
import type { Presigned } from '../presign.ts';
import { type Correlation, detailType, SOURCE } from './contract.ts';

/** EventBridge takes 256 KiB for an entry with all that is around its detail. */
const MAX_DETAIL_BYTES = 245_760;

/** How a pre-sign ended: WeChat Pay's answer, or why it was refused for good. */
type Outcome = Presigned | PresignError;

const withId = (wechatpay_request_id: string | undefined) =>
  wechatpay_request_id === undefined ? {} : { wechatpay_request_id };

const detailOfFailure = (asked: Correlation, error: PresignError): string =>
  JSON.stringify({
    ...asked,
    error: { ...errorBody(error), status: error.status },
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

/**
 * @returns the publisher of an endpoint's outcomes. It rejects with SERVICE_UNAVAILABLE unless the bus has said that
 *   it took the entry: PutEvents answers 200 to entries it refuses.
 */
export const createPublish = (eventBridge: EventBridgeClient, bus: string, endpoint: Endpoint): Publish => {
  const unpublished = (cause: unknown) =>
    fault('SERVICE_UNAVAILABLE', 'outcome_unpublished', { cause, retryAfter: 2 });
  return async (asked, outcome, abortSignal) => {
    const entry = {
      EventBusName: bus,
      Source: SOURCE,
      DetailType: detailType(endpoint, outcome instanceof PresignError ? 'Failed' : 'Succeeded'),
      Detail: detailOf(asked, outcome),
    };
    const command = new PutEventsCommand({ Entries: [entry] });
    const { Entries: [taken] = [] } = await eventBridge
      .send(command, { abortSignal })
      .catch((error: unknown) => {
        throw unpublished(error);
      });
    if (taken?.EventId !== undefined) return;
    const refused = new Error('PutEvents took no entry');
    refused.name = taken?.ErrorCode ?? refused.name;
    throw unpublished(refused);
  };
};
