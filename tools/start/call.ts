import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Sign } from './sign.ts';

export type Answered = { status: number; json: object };
/** @param target path and query. @param body JSON to send, if any. */
export type CallApi = (method: string, target: string, body?: unknown) => Promise<Answered>;

/** Calls the API at `base`. `node:http`, for fetch refuses some ports. @param sign without it, calls are not signed. */
export const createCallApi =
  (base: string, sign?: Sign): CallApi =>
  async (method, target, body) => {
    const url = new URL(base + target);
    const json = body === undefined ? undefined : JSON.stringify(body);
    const plain = json === undefined ? {} : { 'Content-Type': 'application/json' };
    const headers = (await sign?.({ method, url, headers: plain, body: json })) ?? plain;
    const call = request(url, { method, headers });
    call.end(json);
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    const text = await readText(answer);
    return { status: answer.statusCode ?? 0, json: text === '' ? {} : (JSON.parse(text) as object) };
  };
