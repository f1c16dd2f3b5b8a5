import type { Endpoint } from '../../lib/endpoint.ts';
import { readMessage } from '../../lib/events/message.ts';
import { moment } from '../../sandbox/moment.ts';
import type { ProductOutcome, ProductRequest } from '../../sandbox/product/product.ts';
import type { BusEvent } from '../../test/aws/events/put-events.ts';
import type { Passed } from '../../test/aws/gateway.ts';
import { flatHeaders } from './call.ts';

/** As much of a body is kept, in bytes; the API takes no more, and an event seldom has more. */
const MOST = 65_536;
const textOf = (body: Buffer): string => body.subarray(0, MOST).toString();
/** Not by `slice`: a part of a string keeps the whole of it in memory. */
const jsonOf = (body: unknown): string => textOf(Buffer.from(JSON.stringify(body) ?? ''));

/** The outcome of an event comes later. */
export type Recorded = ProductRequest & { handedAt: number[]; outcome?: ProductOutcome };

export const requestByApi = (passed: Passed): Omit<Recorded, 'n'> => {
  const { cameAt, method, target, headers, body, overAt, answered } = passed;
  const { status, headers: told = {}, body: answer } = answered ?? {};
  return {
    way: 'api',
    cameAt,
    method,
    target,
    headers: flatHeaders(headers),
    body: textOf(body),
    id: headers['idempotency-key']?.toString(),
    handedAt: [],
    outcome: {
      at: overAt,
      ...(status === undefined ? {} : { status }),
      headers: flatHeaders(told),
      ...(answer === undefined ? {} : { body: textOf(answer) }),
      requestId: told['request-id']?.toString(),
    },
  };
};

export const requestByEvent = (
  { path: target }: Endpoint,
  id: string,
  body: unknown,
): Omit<Recorded, 'n'> => ({
  way: 'event',
  cameAt: moment(),
  method: 'POST',
  target,
  headers: {},
  body: jsonOf(body),
  id,
  handedAt: [],
});

export const outcomeOf = (event: string, detail: BusEvent['detail']): ProductOutcome => {
  const { error, wechatpay_request_id: id } = detail as {
    error?: { status: number };
    wechatpay_request_id?: string;
  };
  return { at: moment(), event, status: error?.status ?? 200, body: jsonOf(detail), requestId: id };
};

/** What nobody can answer is left to the dead letters. */
export const askedIn = (endpoint: Endpoint, text: string) => {
  try {
    return [readMessage(endpoint, text)];
  } catch {
    return [];
  }
};
