import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { HOSTS, makeTlsKeys, type TlsKeys } from '../../sandbox/tls.ts';
import {
  addTestMerchant,
  authorizationHeader,
  authorizationItems,
  COMMON,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';

const PATH = '/v3/certificates';

let keys: TlsKeys;
let distrusted = 0;
let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
beforeAll(async () => {
  keys = await makeTlsKeys(Date.now());
  const onDistrust = () => {
    distrusted += 1;
  };
  sandbox = await startWechatPay({ tls: { port: 0, proxyPort: 0, keys: { ...keys, onDistrust } } });
  merchant = await addTestMerchant(sandbox, '1900000109', 'certificate');
});
afterAll(() => sandbox.close());

const headersFor = (host: string) => ({
  ...COMMON,
  Host: host,
  Authorization: authorizationHeader(authorizationItems(merchant, { method: 'GET', path: PATH })),
});

/** A call over TLS, as a client makes it that trusts this CA alone; through the proxy it believes in the real host. */
async function call(host: string, { ca = keys.caPem, path = PATH, socket = direct(host, ca) } = {}) {
  const stream = await socket;
  const request = overHttps({ createConnection: () => stream, path, headers: headersFor(host) });
  request.end();
  const [response] = await once(request, 'response');
  const body = await buffer(response);
  stream.destroy();
  return { status: response.statusCode as number, body };
}

const portOf = (url = '') => Number(new URL(url).port);

async function direct(host: string, ca: string) {
  const servername = host === '127.0.0.1' ? '' : host;
  const stream = connect({ port: portOf(sandbox.tlsUrl), host: '127.0.0.1', servername, ca });
  await once(stream, 'secureConnect');
  return stream;
}

async function tunnel(target: string) {
  const request = overHttp({ port: portOf(sandbox.proxyUrl), method: 'CONNECT', path: target });
  request.end();
  const [response, socket] = await once(request, 'connect');
  return { status: response.statusCode as number, socket };
}

async function through(host: string) {
  const { socket } = await tunnel(`${host}:443`);
  const stream = connect({ socket, servername: host, ca: keys.caPem });
  await once(stream, 'secureConnect');
  return stream;
}

describe('the names of WeChat Pay', () => {
  it.each(Object.entries(HOSTS))('are answered over TLS: %s, the %s one', async (host, which) => {
    expect((await call(host)).status).toBe(200);
    expect(sandbox.calls.at(-1)).toMatchObject({ host: which, mchid: merchant.mchid });
  });

  it('are all that its certificate is good for, and nobody else’s CA is', async () => {
    const leaf = new X509Certificate(keys.certificatePem);
    expect(leaf.checkHost('pay.weixin.qq.com')).toBeUndefined();
    expect(leaf.ca).toBe(false);
    await expect(direct('pay.weixin.qq.com', keys.caPem)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    const other = await makeTlsKeys(Date.now());
    const before = distrusted;
    await expect(direct('localhost', other.caPem)).rejects.toThrow();
    expect(distrusted).toBe(before);
  });

  it('lead nobody to what is for this machine alone', async () => {
    expect((await call('localhost', { path: '/__sandbox/calls' })).status).toBe(404);
  });
});

it.each([
  ['directly', () => direct('localhost', keys.caPem)],
  ['through the proxy', () => through('api.mch.weixin.qq.com')],
])('a connection is reset over TLS, too: %s', async (_, connection) => {
  sandbox.fault({ kind: 'reset' });
  await expect(call('localhost', { socket: connection() })).rejects.toMatchObject({
    code: 'ECONNRESET',
    syscall: 'read',
  });
  expect(sandbox.calls.at(-1)).toMatchObject({ fault: 'reset', processed: false });
  expect((await call('localhost')).status).toBe(200);
});

describe('the proxy', () => {
  it.each(['api.mch.weixin.qq.com', 'api2.wechatpay.cn'])('leads to the stand-in: %s', async (host) => {
    expect((await call(host, { socket: through(host) })).status).toBe(200);
    expect(sandbox.calls.at(-1)).toMatchObject({ host: HOSTS[host], status: 200 });
  });

  it('leads nowhere else, not even on this machine', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    const { port } = server.address() as { port: number };
    for (const target of [`127.0.0.1:${port}`, 'example.com:443', 'api.mch.weixin.qq.com:80', 'nonsense'])
      expect([target, (await tunnel(target)).status]).toEqual([target, 403]);
    const plain = overHttp({
      port: portOf(sandbox.proxyUrl),
      path: `http://127.0.0.1:${port}/`,
      headers: { Host: `127.0.0.1:${port}` },
    });
    plain.end();
    const [response] = await once(plain, 'response');
    expect(response.statusCode).toBe(403);
    response.resume();
    expect(connections).toBe(0);
    server.close();
  });

  it('is closed with its tunnels', async () => {
    const brief = await startWechatPay({ tls: { port: 0, proxyPort: 0, keys } });
    const request = overHttp({ port: portOf(brief.proxyUrl), method: 'CONNECT', path: 'localhost:443' });
    request.end();
    const [, socket] = await once(request, 'connect');
    const gone = once(socket, 'close');
    await brief.close();
    await gone;
  });
});

it('opens nothing when one port is taken', async () => {
  const taken = portOf(sandbox.tlsUrl);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  const refused = startWechatPay({ port, tls: { port: taken, proxyPort: 0, keys } });
  await expect(refused).rejects.toMatchObject({ code: 'EADDRINUSE', port: taken });
  const again = await startWechatPay({ port });
  expect(portOf(again.url)).toBe(port);
  await again.close();
});
