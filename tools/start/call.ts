import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { ProductAnswer } from '../../sandbox/product/product.ts';

export type Answered = { status: number; json: object };

/** Calls the API. `node:http`, for fetch refuses some ports. @param body to be sent as JSON, if any. */
export const sendToApi = async (method: string, url: string, body?: unknown): Promise<ProductAnswer> => {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const call = request(url, { method, headers });
  call.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return {
    status: answer.statusCode ?? 0,
    headers: flatHeaders(answer.headers),
    body: await readText(answer),
  };
};

/** The same, for who knows that the answer is JSON or empty. */
export const callApi = async (method: string, url: string, body?: unknown): Promise<Answered> => {
  const { status, body: text } = await sendToApi(method, url, body);
  return { status, json: text === '' ? {} : (JSON.parse(text) as object) };
};

/** One text per name, in lower case. */
export const flatHeaders = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
