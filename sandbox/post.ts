import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

/** POSTs on a connection of its own, follows no redirect. @returns the status, once the whole answer is there. */
export function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  signal: AbortSignal,
): Promise<number> {
  const request = url.startsWith('https:') ? overHttps : overHttp;
  const options = { method: 'POST', headers, agent: false as const, signal };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0)).resume();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
