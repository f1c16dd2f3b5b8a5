import { generateKeyPairSync } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { exampleOf } from '../../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../../lib/endpoint.ts';
import { fault } from '../../../lib/errors.ts';
import type { Publish } from '../../../lib/events/publish.ts';
import { createQueueHandler } from '../../../lib/events/queue.ts';
import type { RequestStore } from '../../../lib/events/request-store.ts';
import { createRunOnce } from '../../../lib/events/run-once.ts';
import { createHttpHandler } from '../../../lib/http.ts';
import { createActAs } from '../../../lib/merchants/act-as.ts';
import { createPresign } from '../../../lib/presign.ts';
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

/** Remembers within the process; nobody comes while a claim is held. */
const createStoreInMemory = (): RequestStore => {
  const kept = new Map<string, { content: string; outcome?: string }>();
  return {
    claim: async ({ mchid, requestId, content }, sealed) => {
      const id = JSON.stringify([mchid, requestId]);
      const asked = JSON.stringify(content);
      const first = kept.get(id) ?? { content: asked };
      if (first.content !== asked) throw fault('REQUEST_ID_REUSED', 'request_id_reused');
      kept.set(id, first);
      return first.outcome ?? { id, token: id, sealed, unsettled: 1 };
    },
    settle: async ({ id }, outcome) => {
      const first = kept.get(id);
      if (first) first.outcome = outcome;
    },
    release: async () => undefined,
    reseal: async () => undefined,
  };
};

/** Everything of a Lambda up to the bytes that would be signed and sent, and from the outcome on; WeChat Pay takes all. */
export const createFuzzedLambda = (endpoint: Endpoint) => {
  const sent: string[] = [];
  const logged: LogFields[] = [];
  const published: { request_id: string; outcome: Parameters<Publish>[1] }[] = [];
  const telemetry: Telemetry = {
    log: (_, __, fields) => void logged.push(fields),
    count: () => undefined,
    countError: () => undefined,
    countTrouble: () => undefined,
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
    // Of what opens WeChat Pay's page; the exchange signs nothing here.
    sign: async () => ({ mchid: MCHID, serial: '5157F09E', signature: 'aGVsbG8=' }),
    keys: () => keys,
    refreshKeys: async () => keys,
    doubt: () => undefined,
    record: () => {
      throw new Error('nobody looks at a record here');
    },
  };
  const presign = createPresign({
    endpoint,
    actAs: createActAs({
      merchants: async (mchid) => {
        if (mchid !== MCHID) throw fault('NO_AUTH', 'merchant_unknown');
        return merchant;
      },
      defaultMchid: MCHID,
    }),
    client,
    runOnce: createRunOnce({
      store: createStoreInMemory(),
      onForgotten: () => undefined,
      onResealed: () => undefined,
    }),
    report: () => undefined,
  });
  const http = createHttpHandler(endpoint, presign, telemetry);
  const queue = createQueueHandler({
    endpoint,
    telemetry,
    postpone: async () => undefined,
    connect: () => ({
      presign,
      defaultMchid: MCHID,
      publish: async ({ request_id }, outcome) => void published.push({ request_id, outcome }),
    }),
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
