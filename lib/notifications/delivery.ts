import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import { fault } from '../errors.ts';
import type { SignedMessage } from '../wechatpay/verifier.ts';

/**
 * Largest body taken, in bytes. An event's detail is no larger than the body it was made of, so it then fits the 240 KiB
 * of lib/events/put-event.ts. What WeChat Pay documents is a hundredth of it.
 */
const MAX_BODY_BYTES = 196_608;

/** All that is read of a request's head. */
const SIGNATURE_HEADERS = ['timestamp', 'nonce', 'signature', 'serial', 'signature-type'].map(
  (name) => `wechatpay-${name}`,
);

/** Payload format 1.0 or 2.0. */
export type NotificationRequest = APIGatewayProxyEvent | APIGatewayProxyEventV2;

/** What came. Nothing of it is to be believed yet. */
export type Delivery = SignedMessage & { mchid: string };

/** Format 1.0 has a header that was sent twice as two values, 2.0 as one with a comma, which no right value has. */
const headerOf = (event: NotificationRequest, wanted: string): string | undefined => {
  const all = 'multiValueHeaders' in event ? (event.multiValueHeaders ?? event.headers) : event.headers;
  const values = Object.entries(all ?? {}).flatMap(([name, value]) =>
    name.toLowerCase() === wanted ? (value ?? []) : [],
  );
  return values.length > 0 ? values.join() : undefined;
};

const bytesOf = ({ body, isBase64Encoded }: NotificationRequest): Buffer => {
  const encoding = isBase64Encoded ? 'base64' : 'utf8';
  if (Buffer.byteLength(body ?? '', encoding) > MAX_BODY_BYTES)
    throw fault('PAYLOAD_TOO_LARGE', 'request_invalid');
  return Buffer.from(body ?? '', encoding);
};

/** @throws PresignError PAYLOAD_TOO_LARGE */
export const readDelivery = (event: NotificationRequest): Delivery => ({
  mchid: event.pathParameters?.['mchid'] ?? '',
  headers: Object.fromEntries(
    SIGNATURE_HEADERS.flatMap((name) => {
      const value = headerOf(event, name);
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  body: bytesOf(event),
});
