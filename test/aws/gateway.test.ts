import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Passed, startFront } from './gateway.ts';

let upstream: Server;
let front: Awaited<ReturnType<typeof startFront>>;
let passed: Passed[];
const start = async (listener: RequestListener): Promise<void> => {
  passed = [];
  upstream = createServer(listener);
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  front = await startFront(0, (upstream.address() as AddressInfo).port, (one) => void passed.push(one));
};
afterEach(async () => {
  await front.close();
  upstream.closeAllConnections();
  upstream.close();
});

describe('what stands in for API Gateway', () => {
  it('passes on what was sent, and what a Lambda answered, as they are', async () => {
    const seen: unknown[] = [];
    await start((asked, response) => {
      const chunks: Buffer[] = [];
      asked.on('data', (chunk: Buffer) => chunks.push(chunk));
      asked.on('end', () => {
        seen.push([asked.method, asked.url, asked.headers['wechatpay-mchid'], Buffer.concat(chunks)]);
        response.writeHead(418, { 'Request-ID': '1', 'Content-Type': 'text/odd' }).end(Buffer.from([0, 255]));
      });
    });
    const body = Buffer.from([0xff, 0, 0x80]);
    const headers = { 'Wechatpay-Mchid': '1900000001' };
    const response = await fetch(`${front.url}/a?b=%20`, { method: 'PUT', body, headers });
    expect(seen).toEqual([['PUT', '/a?b=%20', '1900000001', body]]);
    expect([response.status, response.headers.get('content-type')]).toEqual([418, 'text/odd']);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([0, 255]));
    // Whoever watches has heard of it by then.
    const answered = { status: 418, headers: { 'request-id': '1' }, body: Buffer.from([0, 255]) };
    expect(passed).toMatchObject([{ method: 'PUT', target: '/a?b=%20', body, answered }]);
  });

  it.each([
    [200, 500, 'Internal Server Error'],
    [404, 404, 'Not Found'],
    [502, 502, 'Bad Gateway'],
  ])(
    'never shows a stack trace, nor calls that a success: a %d that is no Lambda’s is a %d',
    async (given, status, message) => {
      await start((_, response) => {
        const trace = { errorType: 'Error', stackTrace: ['at handler (secret.mjs:1:1)'] };
        response.writeHead(given, { 'Content-Type': 'application/json' }).end(JSON.stringify(trace));
      });
      const response = await fetch(front.url);
      expect([response.status, await response.json()]).toEqual([status, { message }]);
    },
  );

  it('answers 503 when the Lambdas cannot be reached', async () => {
    await start((asked) => asked.socket.destroy());
    const response = await fetch(front.url, { method: 'POST', body: '{}' });
    const json = { message: 'Service Unavailable' };
    expect([response.status, await response.json()]).toEqual([503, json]);
    expect(passed).toMatchObject([{ answered: { status: 503, body: Buffer.from(JSON.stringify(json)) } }]);
  });

  it('breaks off an answer that broke off', async () => {
    await start((_, response) => {
      response.writeHead(200, { 'Request-ID': '1', 'Content-Length': '10' });
      response.write('half', () => response.destroy());
    });
    await expect(fetch(front.url).then((response) => response.text())).rejects.toThrow();
    expect(passed.map(({ answered }) => answered)).toEqual([undefined]);
  });
});
