import type { SignUp } from '../compose/endpoint.ts';
import type { Endpoint } from '../endpoint.ts';
import { asPresignError, errorBody, fault, type PresignError, type Detail as Wrong } from '../errors.ts';
import { withoutBom } from '../text.ts';
import { checkBody } from '../validate.ts';
import type { SignedUp } from '../wechatpay/client.ts';
import type { Budget } from '../wechatpay/exchange.ts';
import {
  type Correlation,
  detailType,
  isAnswerable,
  isMchid,
  type Outcome,
  type Publish,
  requestedDetail,
} from './contract.ts';
import type { Remember } from './outcomes.ts';

/** What a message asks for, still unchecked but for an id that an outcome can name. */
export type Detail = { request_id: string; mchid?: unknown; body?: unknown };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(withoutBom(text));
  } catch {
    return undefined;
  }
};

const unreadable = (issue: string): PresignError => {
  const detail: Wrong = { field: '', issue, location: 'body' };
  return fault('PARAM_ERROR', 'record_unreadable', { detail });
};

/**
 * The `detail` in a message: of an EventBridge envelope, or sent to the queue as it is.
 * @throws PresignError record_unreadable when there is none, or none that an outcome could name; its detail says why.
 */
export const readDetail = (endpoint: Endpoint, text: string): Detail => {
  const message = parse(text);
  if (message === undefined) throw unreadable('not JSON');
  const envelope = isObject(message) && 'detail-type' in message ? message : undefined;
  const detail = envelope === undefined ? message : envelope['detail'];
  // Somebody's rule may bring our own outcomes here: answering those would go round for ever.
  if (envelope !== undefined && envelope['detail-type'] !== detailType(endpoint, 'Requested'))
    throw unreadable("another event's detail-type");
  if (!isObject(detail) || !isAnswerable(detail['request_id'])) throw unreadable('no usable request_id');
  return detail as Detail;
};

/** How one message ended. `error`: why, when it was refused just now; what is replayed has been logged before. */
export type Settled = {
  asked: Correlation;
  outcome: Outcome;
  replayed: boolean;
  error: PresignError | undefined;
};

export type SettleOptions = {
  endpoint: Endpoint;
  signUp: SignUp;
  defaultMchid: string | undefined;
  publish: Publish;
};

const withId = (requestId: string | undefined) =>
  requestId === undefined ? {} : { wechatpay_request_id: requestId };

/** Settles as `work` does, but never once `signal` has aborted: what then happens belongs to the redelivery. */
const unlessLate = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    work.then(
      (value) => signal.aborted || resolve(value),
      (error: unknown) => signal.aborted || reject(error),
    );
  });

/**
 * @returns one sign-up asked for by an event: validate → sign up, unless remembered → remember → publish. Resolves once
 *   the outcome is on the bus; rejects with a PresignError when it may come out differently later.
 */
export const createSettle = ({ endpoint, signUp, defaultMchid, publish }: SettleOptions) => {
  const schema = requestedDetail(endpoint);

  /** What is asked for, or why it cannot be done. */
  const check = (detail: Detail) => {
    try {
      const { body, mchid = defaultMchid } = checkBody(schema, detail);
      return { body, decide: (budget: Budget) => signUp({ body, mchid }, budget) };
    } catch (error) {
      // What broke the rules is not looked at any further: it may be of any size and depth.
      return { body: null, decide: () => Promise.reject(error) };
    }
  };

  return async (
    detail: Detail,
    remember: Remember,
    budget: Budget & { signal: AbortSignal },
  ): Promise<Settled> => {
    const { request_id } = detail;
    const named = detail.mchid === undefined ? defaultMchid : detail.mchid;
    const asked = { request_id, ...(isMchid(named) && { mchid: named }) };
    const { body, decide } = check(detail);
    let refused: PresignError | undefined;
    const refuse = (thrown: unknown): Outcome => {
      const error = asPresignError(thrown);
      if (error.retryable) throw error;
      refused = error;
      return { error: { ...errorBody(error), status: error.status }, ...withId(error.requestId) };
    };
    const answer = ({ response, requestId }: SignedUp): Outcome => ({ response, ...withId(requestId) });
    const once = () => unlessLate(decide(budget).then(answer, refuse), budget.signal);
    const { outcome, replayed } = await remember({ merchant: asked.mchid, request_id, body }, once).catch(
      (thrown: unknown) => ({ outcome: refuse(thrown), replayed: false }),
    );
    await publish(asked, outcome);
    return { asked, outcome, replayed, error: refused };
  };
};
