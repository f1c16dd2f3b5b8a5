import { constants, createHash, type KeyObject, publicEncrypt, randomBytes, sign, verify } from 'node:crypto';
import { type Agent, type OutgoingHttpHeaders, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { issueCertificate } from '../../../sandbox/pki.ts';
import type { WechatPaySandbox } from '../../../sandbox/server.ts';
import type { Mode } from '../../../sandbox/types.ts';

/** A bare client for the sandbox's own tests: it can do every step right, and each of them wrong. */

export const API_V3_KEY = '0123456789abcdefghijklmnopqrstuv';

export type TestMerchant = {
  readonly mchid: string;
  readonly serial: string;
  readonly privateKey: KeyObject;
  readonly privateKeyPem: string;
};

export async function addTestMerchant(sandbox: WechatPaySandbox, mchid: string, mode: Mode) {
  // Wide enough for any clock a test may inject.
  const validity = { notBefore: new Date('2020-01-01'), notAfter: new Date('2040-01-01') };
  const certificate = await issueCertificate({ ca: sandbox.ca, commonName: mchid, ...validity });
  const { serial, privateKey, privateKeyPem, certificatePem } = certificate;
  await sandbox.addMerchant({ mchid, certificatePem, apiV3Key: API_V3_KEY, mode });
  return { mchid, serial, privateKey, privateKeyPem } satisfies TestMerchant;
}

export type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly reused: boolean;
};

type Wire = {
  url: string;
  method: string;
  path: string;
  headers: OutgoingHttpHeaders | readonly string[];
  body: Buffer;
  agent?: Agent;
};

/** Exactly these headers and bytes; rejects when the connection fails or the answer is cut short. */
export function exchange({ url, method, path, headers, body, agent }: Wire): Promise<Answered> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const options = {
      hostname,
      port,
      method,
      path,
      headers,
      ...(agent ? { agent } : { agent: false as const }),
    };
    const request = send(options, (response) => {
      const flat = Object.entries(response.headersDistinct).map(([name, values]) => [
        name,
        values?.join(', '),
      ]);
      const { statusCode: status = 0 } = response;
      const rest = { status, headers: Object.fromEntries(flat), reused: request.reusedSocket };
      buffer(response).then((bytes) => resolve({ ...rest, body: bytes }), reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}

export const COMMON = { 'User-Agent': 'sandbox-test', Accept: 'application/json' };

export type Signing = { method?: string; path: string; body?: Buffer; timestamp?: number; nonce?: string };

/** The five items of the Authorization header. */
export function authorizationItems({ mchid, serial, privateKey }: TestMerchant, signing: Signing) {
  const { method = 'POST', path, body = Buffer.alloc(0) } = signing;
  const { timestamp = Math.floor(Date.now() / 1000), nonce = randomBytes(16).toString('hex') } = signing;
  const message = Buffer.concat([
    Buffer.from(`${method}\n${path}\n${timestamp}\n${nonce}\n`),
    body,
    Buffer.from('\n'),
  ]);
  const signature = sign('RSA-SHA256', message, privateKey).toString('base64');
  return { mchid, nonce_str: nonce, signature, timestamp: `${timestamp}`, serial_no: serial };
}

export const authorizationHeader = (items: Readonly<Record<string, string>>) =>
  `WECHATPAY2-SHA256-RSA2048 ${Object.entries(items)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}`;

export type Post = Omit<Signing, 'method' | 'body'> & {
  body: unknown;
  platformSerial?: string;
  headers?: OutgoingHttpHeaders;
  agent?: Agent;
};

/** A well-formed POST but for what the caller changes. A Buffer goes as it is, anything else as JSON. */
export function post(url: string, merchant: TestMerchant, { headers, agent, platformSerial, ...call }: Post) {
  const body = Buffer.isBuffer(call.body) ? call.body : Buffer.from(JSON.stringify(call.body));
  const Authorization = authorizationHeader(authorizationItems(merchant, { ...call, body }));
  const serial = platformSerial === undefined ? {} : { 'Wechatpay-Serial': platformSerial };
  const all = { ...COMMON, 'Content-Type': 'application/json', Authorization, ...serial, ...headers };
  return exchange({ url, method: 'POST', path: call.path, headers: all, body, ...(agent ? { agent } : {}) });
}

/** A well-formed GET; `platformSerial` names the key that shall sign the answer. */
export function get(
  url: string,
  merchant: TestMerchant,
  path: string,
  platformSerial?: string,
  timestamp?: number,
) {
  const when = timestamp === undefined ? {} : { timestamp };
  const Authorization = authorizationHeader(authorizationItems(merchant, { method: 'GET', path, ...when }));
  const serial = platformSerial === undefined ? {} : { 'Wechatpay-Serial': platformSerial };
  const headers = { ...COMMON, Authorization, ...serial };
  return exchange({ url, method: 'GET', path, headers, body: Buffer.alloc(0) });
}

/** Whether the answer's signature holds under this public key or certificate (PEM). */
export function holds({ headers, body }: Answered, pem: string): boolean {
  const head = `${headers['wechatpay-timestamp']}\n${headers['wechatpay-nonce']}\n`;
  const message = Buffer.concat([Buffer.from(head), body, Buffer.from('\n')]);
  return verify('RSA-SHA256', message, pem, Buffer.from(headers['wechatpay-signature'] ?? '', 'base64'));
}

export function encrypt(plaintext: string, pem: string, oaepHash = 'sha1'): string {
  const options = { key: pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
  return publicEncrypt(options, Buffer.from(plaintext)).toString('base64');
}

/** A copy of `body` in which the value at the pointer is replaced, or removed when it becomes `undefined`. */
export function change(
  body: object,
  pointer: string,
  by: (value: unknown) => unknown,
): Record<string, unknown> {
  const copy = structuredClone(body);
  const names = pointer.split('/').slice(1);
  const last = names.pop() ?? '';
  const parent = names.reduce<object>((at, name) => Reflect.get(at, name), copy);
  const value = by(Reflect.get(parent, last));
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, value);
  return { ...copy };
}

export const encryptFields = (body: object, pointers: readonly string[], pem: string) =>
  pointers.reduce((at, pointer) => change(at, pointer, (value) => encrypt(`${value}`, pem)), { ...body });

export const parse = ({ body }: Answered) => JSON.parse(body.toString());
export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
