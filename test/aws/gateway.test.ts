import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createCallApi, createSendToApi } from '../../tools/start/call.ts';
import { createSign, type Sign } from '../../tools/start/sign.ts';
import { type Passed, startFront } from './gateway.ts';
import { type Authorizer, createAuthorizer } from './iam.ts';

let upstream: Server;
let front: Awaited<ReturnType<typeof startFront>>;
let passed: Passed[];
const start = async (listener: RequestListener, authorizer?: Authorizer): Promise<void> => {
  // Its own: what ends late in one test is not heard in the next.
  const heard: Passed[] = [];
  passed = heard;
  upstream = createServer(listener);
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const watch = (one: Passed): void => void heard.push(one);
  front = await startFront(0, (upstream.address() as AddressInfo).port, { watch, authorizer });
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

  it('takes no more than API Gateway, and keeps nothing of it', async () => {
    let asked = 0;
    await start((_, response) => {
      asked += 1;
      response.writeHead(200, { 'Request-ID': '1' }).end();
    });
    const response = await fetch(front.url, { method: 'POST', body: Buffer.alloc(11 * 1024 * 1024) });
    expect([response.status, asked]).toEqual([413, 0]);
    expect(passed.map(({ body }) => body.length)).toEqual([0]);
  });

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

describe('with IAM', () => {
  const HOUR_MS = 3_600_000;
  const signing = { region: 'cn-north-1', accessKeyId: 'AKID', secretAccessKey: 'secret' };
  const target = '/v3/vehicle/etc/users/a%2Fb/contracts?plate_number=%E8%97%8FZ+Z&plan_id=9&plan_id=1&empty';
  let seen: string[];
  let reasons: string[];
  const startGuarded = async (clock: () => number = Date.now): Promise<void> => {
    seen = [];
    reasons = [];
    const onRefused = (why: string): void => void reasons.push(why);
    const listener: RequestListener = (asked, response) => {
      asked
        .on('data', (chunk: Buffer) => seen.push(`${chunk}`))
        .on('end', () => {
          seen.push(`${asked.method} ${asked.url}`);
          response.writeHead(200, { 'Request-ID': '1' }).end('{}');
        });
    };
    await start(listener, createAuthorizer({ ...signing, clock, onRefused }));
  };
  const call = (sign: Sign | undefined, method = 'POST', path = target) =>
    createCallApi(createSendToApi(front.url, sign))(
      method,
      path,
      method === 'GET' ? undefined : { name: '张三' },
    );
  /** Signs, and then something happens to the call. */
  const spoilt =
    (spoil: (headers: Record<string, string>) => Record<string, string>): Sign =>
    async (asked) =>
      spoil(await createSign(signing)(asked));

  it('lets a signed call pass, whole, with and without a body', async () => {
    await startGuarded();
    const sign = createSign(signing);
    expect(await call(sign)).toEqual({ status: 200, json: {} });
    expect(await call(sign, 'GET')).toEqual({ status: 200, json: {} });
    expect(seen).toEqual(['{"name":"张三"}', `POST ${target}`, `GET ${target}`]);
    expect(reasons).toEqual([]);
    expect(`${passed[0]?.body}`).toBe('{"name":"张三"}');
  });

  const other = (change: Partial<typeof signing>): Sign => createSign({ ...signing, ...change });
  it.each<[string, Sign | undefined, RegExp]>([
    ['no signature', undefined, /^Missing Authentication Token/],
    ['another secret', other({ secretAccessKey: 'guess' }), /does not match/],
    ['an unknown key', other({ accessKeyId: 'AKIDNOBODY' }), /security token .* is invalid/],
    ['another region', other({ region: 'cn-northwest-1' }), /should be scoped to .*cn-north-1.execute-api/],
    ['another body', (asked) => createSign(signing)({ ...asked, body: '{}' }), /does not match/],
    [
      'another query',
      (asked) => createSign(signing)({ ...asked, url: new URL('/v3', asked.url) }),
      /does not match/,
    ],
    [
      'a header added',
      spoilt((headers) => ({ ...headers, 'x-amz-security-token': 'x' })),
      /must be a 'SignedHeader'/,
    ],
  ])('answers 403 to %s, and tells the reason to nobody but whoever runs it', async (_, sign, reason) => {
    await startGuarded();
    expect(await call(sign)).toEqual({ status: 403, json: { message: 'Forbidden' } });
    expect(reasons).toEqual([expect.stringMatching(reason)]);
    expect(seen).toEqual([]);
    expect(passed.map(({ answered }) => answered?.status)).toEqual([403]);
  });

  it.each([
    ['old', HOUR_MS, /Signature expired/],
    ['early', -HOUR_MS, /not yet current/],
  ])('answers 403 to one whose date is too %s', async (_, offset, reason) => {
    await startGuarded(() => Date.now() + offset);
    expect((await call(createSign(signing))).status).toBe(403);
    expect(reasons).toEqual([expect.stringMatching(reason)]);
  });

  it('answers 403 to a query that nobody can read', async () => {
    await startGuarded();
    const spoil: Sign = (asked) => createSign(signing)({ ...asked, url: new URL(front.url) });
    expect((await call(spoil, 'GET', '/v3?a=%')).status).toBe(403);
    expect(reasons).toEqual(['The query is not percent-encoded.']);
  });

  it('leaves the way of WeChat Pay’s notifications open, and nothing beside it', async () => {
    await startGuarded();
    expect((await call(undefined, 'POST', '/notifications/1900000001')).status).toBe(200);
    expect((await call(undefined, 'GET', '/notifications/1900000001')).status).toBe(403);
    const { needsSignature } = createAuthorizer({ ...signing, onRefused: () => undefined });
    const roundabout = '/notifications/../v3/vehicle/etc/preopen';
    expect(needsSignature({ method: 'POST', path: roundabout })).toBe(true);
  });
});
