import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { ProductAnswer } from '../../sandbox/product/product.ts';
import type { Sign } from './sign.ts';

export type Answered = { status: number; json: object };

type Asked = [method: string, target: string, body?: unknown];
/** Sends to the API; `target` is path and query, `body` is sent as JSON, if there is any. */
export type SendToApi = (...asked: Asked) => Promise<ProductAnswer>;
/** The same, for who knows that the answer is JSON or empty. */
export type CallApi = (...asked: Asked) => Promise<Answered>;

/** `node:http`, for fetch refuses some ports. @param sign without it, calls are not signed. */
export const createSendToApi =
  (base: string, sign?: Sign): SendToApi =>
  async (method, target, body) => {
    const url = new URL(base + target);
    const json = body === undefined ? undefined : JSON.stringify(body);
    const plain = json === undefined ? {} : { 'Content-Type': 'application/json' };
    const headers = (await sign?.({ method, url, headers: plain, body: json })) ?? plain;
    const call = request(url, { method, headers });
    // Whoever waits for the answer hears of it, or whoever reads it; unheard by one of the two it would end this process.
    call.on('error', () => undefined);
    call.end(json);
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    return {
      status: answer.statusCode ?? 0,
      headers: flatHeaders(answer.headers),
      body: await readText(answer),
    };
  };

export const createCallApi =
  (send: SendToApi): CallApi =>
  async (...asked) => {
    const { status, body: text } = await send(...asked);
    return { status, json: text === '' ? {} : (JSON.parse(text) as object) };
  };

/** One text per name, in lower case. */
export const flatHeaders = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
