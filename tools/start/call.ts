import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';

export type Answered = { status: number; json: object };

/** Calls the API. `node:http`, for fetch refuses some ports. @param body JSON to send, if any. */
export const callApi = async (method: string, url: string, body?: unknown): Promise<Answered> => {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const call = request(url, { method, headers });
  call.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  const text = await readText(answer);
  return { status: answer.statusCode ?? 0, json: text === '' ? {} : (JSON.parse(text) as object) };
};
