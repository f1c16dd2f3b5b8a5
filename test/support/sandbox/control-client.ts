import type { OutgoingHttpHeaders } from 'node:http';
import { exchange } from './test-client.ts';

/** Asks the stand-in itself for something, as curl would. `json` is what a JSON answer holds. */
export async function askControl(
  url: string,
  method: string,
  path: string,
  body: string | Buffer = '',
  headers: OutgoingHttpHeaders = {},
) {
  const all = { Host: new URL(url).host, 'Content-Length': Buffer.byteLength(body), ...headers };
  const sent = { url, method, path: `/__sandbox/${path}`, headers: all, body: Buffer.from(body) };
  const answer = await exchange(sent);
  const text = answer.body.toString();
  const isJson = answer.headers['content-type'] === 'application/json';
  return { status: answer.status, text, json: isJson ? JSON.parse(text) : undefined };
}
