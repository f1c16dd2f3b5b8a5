import { generateKeyPairSync } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { SignUp } from '../../../lib/compose/endpoint.ts';
import { exampleOf } from '../../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../../lib/endpoint.ts';
import { fault } from '../../../lib/errors.ts';
import type { Outcome } from '../../../lib/events/contract.ts';
import type { Remember } from '../../../lib/events/outcomes.ts';
import { createQueueHandler } from '../../../lib/events/queue.ts';
import { createSettle } from '../../../lib/events/settle.ts';
import { createHttpHandler } from '../../../lib/http.ts';
import type { LogFields, Telemetry } from '../../../lib/telemetry.ts';
import { createClient } from '../../../lib/wechatpay/client.ts';
import type { Exchange } from '../../../lib/wechatpay/exchange.ts';
import { contextFor, payload1, payload2 } from '../events.ts';
import { platformKeyOf, responseOf } from '../protocol.ts';
import { type HttpCall, MCHID } from './arbitraries.ts';

const { publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const platformKey = platformKeyOf('PUB_KEY_ID_01', publicKey);

/** Everything of a Lambda up to the bytes that would be signed and sent, and from the outcome on; WeChat Pay takes all. */
export const createFuzzedLambda = (endpoint: Endpoint) => {
  const sent: string[] = [];
  const logged: LogFields[] = [];
  const published: { request_id: string; outcome: Outcome }[] = [];
  const telemetry: Telemetry = {
    log: (_, __, fields) => void logged.push(fields),
    count: () => undefined,
    countError: () => undefined,
    time: () => undefined,
    gauge: () => undefined,
    flush: () => undefined,
  };
  const exchange: Exchange = async (_, { body }) => {
    sent.push(body.toString('utf8'));
    return responseOf(200, exampleOf(endpoint.response), { 'request-id': 'wx-1' });
  };
  const client = createClient(exchange);
  const keys = new Map([[platformKey.id, platformKey]]);
  const merchant = {
    mchid: MCHID,
    sign: () => Promise.reject(new Error('nothing is signed here')),
    keys: () => keys,
    refreshKeys: async () => keys,
  };
  const signUp: SignUp = async ({ body, platformSerial, mchid = MCHID }, budget) => {
    if (mchid !== MCHID) throw fault('NO_AUTH', 'merchant_unknown');
    return { mchid, ...(await client(merchant, endpoint, { body, platformSerial, ...budget })) };
  };

  const outcomes = new Map<string, { body: string; outcome: Promise<Outcome> }>();
  const remember: Remember = async ({ merchant: named, request_id, body }, decide) => {
    const id = JSON.stringify([named, request_id]);
    const asked = JSON.stringify(body);
    const first = outcomes.get(id);
    if (first !== undefined && first.body !== asked) throw fault('REQUEST_ID_REUSED', 'request_id_reused');
    const { outcome } = first ?? { outcome: decide() };
    outcomes.set(id, { body: asked, outcome });
    return { outcome: await outcome, replayed: first !== undefined };
  };
  const settle = createSettle({
    endpoint,
    signUp,
    defaultMchid: MCHID,
    publish: async ({ request_id }, outcome) => void published.push({ request_id, outcome }),
  });
  const http = createHttpHandler(endpoint, signUp, telemetry);
  const queue = createQueueHandler({
    endpoint,
    telemetry,
    postpone: async () => undefined,
    settleWithin: () => (detail, budget) => settle(detail, remember, budget),
  });

  return {
    sent,
    logged,
    published,
    call: async ({ format, headers, body, encoding, flag }: HttpCall) => {
      const encodings = { text: 'utf8', base64: 'utf8', utf16: 'utf16le' } as const;
      const spelt =
        typeof body === 'string' && encoding !== 'text'
          ? Buffer.from(body, encodings[encoding]).toString('base64')
          : body;
      const event = format === '1.0' ? payload1 : payload2;
      const sentHeaders = headersOf(format, headers);
      const made = { ...event({ path: endpoint.path, body: undefined }), ...sentHeaders };
      const input = { ...made, isBase64Encoded: flag, ...(body === undefined ? {} : { body: spelt }) };
      return http(input as never, contextFor());
    },
    deliver: async (texts: readonly string[]): Promise<SQSBatchResponse> => {
      const Records = texts.map((body, n) => ({ messageId: String(n), body, attributes }));
      return queue({ Records } as unknown as SQSEvent, contextFor());
    },
    reset: () => {
      for (const list of [sent, logged, published]) list.length = 0;
      outcomes.clear();
    },
  };
};

const attributes = { ApproximateReceiveCount: '1' };

/** As API Gateway gives them: 1.0 the last of each name and all of them, 2.0 joined and in lower case. */
const headersOf = (format: HttpCall['format'], headers: HttpCall['headers']) => {
  if (headers === null || headers === undefined) return { headers };
  const all = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const key = format === '1.0' ? name : name.toLowerCase();
    all.set(key, [...(all.get(key) ?? []), value]);
  }
  if (format === '2.0')
    return { headers: Object.fromEntries([...all].map(([name, values]) => [name, values.join(',')])) };
  return {
    headers: Object.fromEntries([...all].map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders: Object.fromEntries(all),
  };
};
