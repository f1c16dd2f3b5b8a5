import { randomBytes, randomInt, sign } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { SCHEME, type SignatureHeaders } from './scheme.ts';
import type { Answer, Call, Outgoing, PlatformKey } from './types.ts';

/** As much of an answer is remembered. */
const KEPT_BYTES = 65_536;

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `length` random characters of `alphabet`. */
export const randomText = (length: number, alphabet = ALPHANUMERIC) =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** A signed 200. Members that are `undefined` are left out. */
export const answerJson = (value: object): Answer => ({
  status: 200,
  body: Buffer.from(JSON.stringify(value)),
  signed: true,
});

/** Signs `timestamp\nnonce\nbody\n`, the body being the bytes as sent. `now` in ms since the epoch. */
export function signatureHeaders(key: PlatformKey, body: Buffer, now: number): SignatureHeaders {
  const timestamp = Math.floor(now / 1000).toString();
  const nonce = randomText(32);
  const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Signature': sign('sha256', message, key.privateKey).toString('base64'),
    'Wechatpay-Serial': key.id,
    'Wechatpay-Signature-Type': SCHEME,
  };
}

/** `number`: WeChat Pay's internal error number; 0 is success. */
export const requestId = (number: number) => `08${randomBytes(20).toString('hex').toUpperCase()}-${number}`;

/** Headers that every answer carries, signed or not. */
export function commonHeaders(answer: Answer): Record<string, string> {
  const { body, contentType = 'application/json; charset=utf-8', headers, number = 0 } = answer;
  return {
    Server: 'nginx',
    'Request-ID': requestId(number),
    'Cache-Control': 'no-cache, must-revalidate',
    'X-Content-Type-Options': 'nosniff',
    ...(body.length > 0 ? { 'Content-Type': contentType, 'Content-Language': 'zh-CN' } : {}),
    ...headers,
  };
}

// A copy: a part of a buffer would keep the whole.
const beginningOf = (body: Buffer): Buffer =>
  body.length > KEPT_BYTES ? Buffer.from(body.subarray(0, KEPT_BYTES)) : body;

/** Sends it whole and notes it, unless the client has gone in the meantime. */
export function deliver(call: Call, response: ServerResponse, outgoing: Outgoing, code?: string): void {
  if (response.destroyed || response.socket?.destroyed !== false) return;
  const { status, headers, body, chunked } = outgoing;
  const length = chunked || status === 204 ? {} : { 'Content-Length': body.length.toString() };
  // Noted first: whoever has the answer must find the record complete.
  call.status = status;
  call.answer = { status, headers, body: beginningOf(body), bytes: body.length };
  if (code !== undefined) call.code = code;
  if (headers['Request-ID'] !== undefined) call.requestId = headers['Request-ID'];
  response.writeHead(status, { ...length, ...headers });
  // A single end() with everything would make Node add the Content-Length itself.
  if (chunked) response.write(body.subarray(0, 1));
  response.end(chunked ? body.subarray(1) : body);
}

/** Promises the whole body, sends half of it and closes the connection. */
export function deliverHalf(response: ServerResponse, { status, headers, body }: Outgoing): void {
  response.writeHead(status, { ...headers, 'Content-Length': body.length.toString() });
  response.write(body.subarray(0, body.length >> 1), () => response.destroy());
}
