import type { Endpoint } from '../endpoint.ts';
import { fault, type PresignError } from '../errors.ts';
import type { PresignRequest } from '../presign.ts';
import { withoutBom } from '../text.ts';
import { checkBody } from '../validate.ts';
import { detailType, isAnswerable, requestedDetail } from './contract.ts';

/** What a message asks for, still unchecked but for an id that an outcome can name. */
export type Asked = { request_id: string; mchid?: unknown; body?: unknown };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(withoutBom(text));
  } catch {
    return undefined;
  }
};

/** @param issue for the operator: there is nobody who could be answered. */
const unreadable = (issue: string): PresignError =>
  fault('PARAM_ERROR', 'record_unreadable', { detail: { field: '', issue, location: 'body' } });

/**
 * The `detail` in a message: of an EventBridge envelope, or sent to the queue as it is.
 * @throws PresignError record_unreadable when there is none, or none that an outcome could name; its detail says why.
 */
export const readMessage = (endpoint: Endpoint, text: string): Asked => {
  const message = parse(text);
  if (message === undefined) throw unreadable('not JSON');
  const envelope = isObject(message) && 'detail-type' in message ? message : undefined;
  const detail = envelope === undefined ? message : envelope['detail'];
  // Somebody's rule may bring our own outcomes here: answering those would go round for ever.
  if (envelope !== undefined && envelope['detail-type'] !== detailType(endpoint, 'Requested'))
    throw unreadable("another event's detail-type");
  if (!isObject(detail) || !isAnswerable(detail['request_id'])) throw unreadable('no usable request_id');
  return detail as Asked;
};

/** @returns a check of what a message asks for. It throws a PresignError PARAM_ERROR. */
export const createCheck = (endpoint: Endpoint) => {
  const schema = requestedDetail(endpoint);
  return (asked: Asked): PresignRequest => {
    const { request_id: requestId, mchid, body } = checkBody(schema, asked);
    return { requestId, mchid, body };
  };
};
