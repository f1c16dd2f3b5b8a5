import { constants, publicEncrypt } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Endpoint } from '../../lib/endpoint.ts';
import document from '../../sandbox/openapi.json' with { type: 'json' };
import type { Happened, ToldProductRequest, ToldTrace } from '../../sandbox/product/told.ts';
import { createRecorder } from '../../tools/start/recorder.ts';
import { memoryInUse } from '../support/memory.ts';
import { startProduct } from '../support/product.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import { exchange } from '../support/sandbox/test-client.ts';
import { bodyFor, eventually, loadEndpoints } from '../support/world.ts';

const MCHID = '1900000001';

let product: Awaited<ReturnType<typeof startProduct>>;
let all: readonly Endpoint[];
let payee: Endpoint;
let etc: Endpoint;
beforeAll(async () => {
  ({ all, payee, etc } = await loadEndpoints());
  product = await startProduct(MCHID, 'both');
});
afterAll(() => product.close());
beforeEach(() => ask('POST', 'reset'));
afterEach(() => product.stack.kms.clearFaults());

const ask = (method: string, path: string, body?: object) =>
  askControl(product.stack.wechatpay.url, method, path, body && JSON.stringify(body));
const presign = (body: object, headers: object = {}, path = payee.path) =>
  exchange({
    url: product.url,
    method: 'POST',
    path,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  });
const requests = async (): Promise<ToldProductRequest[]> => (await ask('GET', 'product/requests')).json;
const trace = async (n: number | undefined): Promise<ToldTrace> =>
  (await ask('GET', `product/requests/${n}`)).json;
/** Of the request that came last. */
const latest = async () => trace((await requests())[0]?.n);
const stepsOf = ({ steps }: ToldTrace) => steps.map(({ step }) => step);
const of = <Name extends Happened['step']>({ steps }: ToldTrace, name: Name) =>
  steps.filter((one): one is Extract<Happened, { step: Name }> & { ms: number } => one.step === name);
const CALL = ['signed', 'called', 'call_over'];

describe('the steps of a request', () => {
  it('are told as the document says, each attempt with what was signed for it', async () => {
    await ask('POST', 'faults', { kind: 'reset-after' });
    await presign(bodyFor(payee));
    const seen = await latest();
    expect(stepsOf(seen)).toEqual(['came', ...CALL, ...CALL, 'signed', 'answered']);
    expect(of(seen, 'call_over').map(({ status }) => status)).toEqual([undefined, 200]);
    const signed = of(seen, 'signed');
    expect(signed.map(({ digest, expected }) => digest === expected)).toEqual([true, true, false]);
    expect(new Set(signed.map(({ digest }) => digest)).size).toBe(3);
    const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'document');
    const isOf = (schema: string, value: unknown) =>
      ajv.validate(`document#/components/schemas/${schema}`, value) || ajv.errorsText();
    expect([
      isOf('ProductTrace', seen),
      isOf('ProductRequest', (await requests())[0]),
      isOf('Product', (await ask('GET', 'product')).json),
      isOf('CallAnatomy', (await ask('GET', `calls/${of(seen, 'called')[0]?.call}`)).json),
    ]).toEqual([true, true, true, true]);
  });

  it('are those of the request alone, also of many at once, and of an attempt that nobody was told of', async () => {
    await ask('POST', 'faults', { kind: 'reset', times: 3 });
    await Promise.all(Array.from({ length: 6 }, () => presign(bodyFor(payee))));
    const traces = await Promise.all((await requests()).map(({ n }) => trace(n)));
    const numbers = traces.flatMap((one) => of(one, 'called').map(({ call }) => call));
    // Each call once: six, and three that broke off.
    expect([numbers.length, new Set(numbers).size]).toEqual([9, 9]);
    for (const one of traces) {
      const last = of(one, 'called').at(-1)?.call;
      const { json } = await ask('GET', `calls/${last}`);
      expect(json).toMatchObject({ product: one.n, request_id: one.request_id });
      expect(JSON.parse(json.body.text).out_contract_code).toBe(JSON.parse(one.body).out_contract_code);
    }
  });

  it('end with the refusal, where the product has refused it before it asked anybody', async () => {
    await presign(bodyFor(payee, { real_name: 1 }));
    const seen = await latest();
    expect(stepsOf(seen)).toEqual(['came', 'answered']);
    expect(seen).toMatchObject({ status: 400, code: 'PARAM_ERROR', fields: [] });
    expect(seen.log).toEqual([expect.objectContaining({ reason: 'request_invalid' })]);
  });

  it('say that a remembered answer was told again', async () => {
    const body = bodyFor(payee);
    await presign(body, { 'Idempotency-Key': 'the-same' });
    const [first] = of(await latest(), 'called');
    await presign(body, { 'Idempotency-Key': 'the-same' });
    const seen = await latest();
    // What opens the signing page is signed anew.
    expect(stepsOf(seen)).toEqual(['came', 'signed', 'answered']);
    expect(seen).toMatchObject({ id: 'the-same', replayed: first?.call });
  });

  it('show no line of another request, whatever a caller calls its own', async () => {
    await presign(bodyFor(payee));
    await presign(bodyFor(payee), { 'Idempotency-Key': 'undefined' });
    expect((await latest()).log).toEqual([expect.objectContaining({ request_id: 'undefined' })]);
  });

  it('claim no genuine answer, where the product has found none', async () => {
    await ask('POST', 'faults', { kind: 'bad-signature', times: null });
    await presign(bodyFor(etc), {}, etc.path);
    const seen = await latest();
    expect([seen.status, seen.verified]).toEqual([502, undefined]);
    expect(of(seen, 'call_over').map(({ status }) => status)).toContain(200);
    expect(seen.log).toEqual([expect.objectContaining({ reason: 'verification_signature' })]);
  });

  it('show a signature that was spoiled on its way from KMS', async () => {
    product.stack.kms.fault({ kind: 'bad-signature' }, { times: 1 });
    await presign(bodyFor(payee));
    const seen = await latest();
    const [signed] = of(seen, 'signed');
    expect(signed?.digest).toBe(signed?.expected);
    expect(of(seen, 'call_over')[0]).toMatchObject({ status: 401 });
  });

  it('say who has encrypted a field', async () => {
    const { id, pem } = product.stack.wechatpay.platform.publicKey(MCHID);
    const key = { key: pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    const seal = (text: unknown) => publicEncrypt(key, Buffer.from(`${text}`)).toString('base64');
    const plain = bodyFor(payee);
    const sealed = { ...plain, real_name: seal(plain['real_name']), cred_id: seal(plain['cred_id']) };
    const by = async (body: object, headers: object) => {
      await presign(body, headers);
      return Object.fromEntries(
        (await latest()).fields.map((field) => [field.pointer, [field.plaintext, field.by]]),
      );
    };
    const named = (who: string) => ({
      '/real_name': [plain['real_name'], who],
      '/cred_id': [plain['cred_id'], who],
    });
    expect(await by(sealed, { 'Wechatpay-Serial': id })).toEqual(named('caller'));
    expect(await by({ ...plain, out_contract_code: 'another' }, {})).toEqual(named('product'));
  });

  it('of a message on the queue begin when it is handed over; two under one id are two', async () => {
    const { client, url } = product.events.queues;
    const QueueUrl = `${url}/000000000000/${product.events.queueOf(etc.name)}`;
    const MessageBody = JSON.stringify({ request_id: 'queued', body: bodyFor(etc) });
    for (const _ of [1, 2]) {
      const before = (await requests()).length;
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      await eventually(async () => (await requests()).filter(({ status }) => status === 200).length > before);
    }
    const [second, first] = await Promise.all((await requests()).map(({ n }) => trace(n)));
    expect(first && stepsOf(first)).toEqual(['came', 'handed', ...CALL, 'answered']);
    expect(first).toMatchObject({ way: 'event', id: 'queued', event: 'VehicleEtcPreopenSucceeded' });
    expect(second).toMatchObject({ replayed: first && of(first, 'called')[0]?.call });
  });
});

describe('what is asked of the product through the sandbox', () => {
  it('reaches the product alone, and only what it has', async () => {
    const { json } = await ask('POST', 'product/requests', { method: 'POST', target: payee.path, body: {} });
    expect(json).toMatchObject({ status: 400, headers: { 'request-id': expect.any(String) } });
    expect(JSON.parse(json.body)).toMatchObject({ code: 'PARAM_ERROR' });
    for (const [path, body] of [
      ['requests', { method: 'POST', target: 'http://127.0.0.1:1/' }],
      ['requests', { method: 'DELETE', target: payee.path }],
      ['requests', { method: 'POST', target: payee.path, body: [] }],
      ['events', { name: 'nobody', body: {} }],
      ['events', { name: payee.name }],
    ] as const)
      expect(await ask('POST', `product/${path}`, body)).toMatchObject({ status: 400 });
    expect((await requests()).length).toBe(1);
  });
});

describe('the recorder', () => {
  it('keeps as much as it was told to, and reads lines that come in pieces', () => {
    const { product: recorded, ...recorder } = createRecorder(all, 3);
    for (let n = 1; n <= 5; n += 1) {
      const line = `${JSON.stringify({ request_id: `${n}` })}\n`;
      recorder.onOutput(`no line of ours\n${line.slice(0, 9)}`);
      recorder.onOutput(line.slice(9));
      const asked = {
        source: 'x',
        'detail-type': 'VehicleEtcPreopenRequested',
        detail: { request_id: `${n}` },
      };
      recorder.onEvent(asked as unknown as Parameters<typeof recorder.onEvent>[0]);
      const signed = { message: Buffer.alloc(32), messageType: 'DIGEST', signature: `${n}` };
      recorder.onKms(signed as Parameters<typeof recorder.onKms>[0]);
    }
    const kept = ['3', '4', '5'];
    expect(recorded.lines().map(({ entry }) => entry['request_id'])).toEqual(kept);
    expect(recorded.requests().map(({ id }) => id)).toEqual(kept);
    expect(recorded.signatures().map(({ signature }) => signature)).toEqual(kept);
    recorded.clear();
    expect([recorded.lines(), recorded.requests(), recorded.signatures()]).toEqual([[], [], []]);
  });

  it('keeps of a large event no more than of a body', () => {
    const { onEvent } = createRecorder(all, 400);
    const before = memoryInUse();
    for (let n = 0; n < 400; n += 1) {
      const detail = { request_id: `${n}`, body: { name: 'x'.repeat(250_000) } };
      const asked = { source: 'x', 'detail-type': 'VehicleEtcPreopenRequested', detail };
      onEvent(asked as unknown as Parameters<typeof onEvent>[0]);
    }
    expect(memoryInUse() - before).toBeLessThan(400 * 150_000);
  });

  it('keeps no beginning of a line that does not end', () => {
    const { product: recorded, onOutput } = createRecorder(all, 3);
    const long = JSON.stringify({ endless: 'x'.repeat(300_000) });
    for (const piece of [long.slice(0, -2), '"}\n', '{"next":1}\n']) onOutput(piece);
    expect(recorded.lines().map(({ entry }) => entry)).toEqual([{ next: 1 }]);
  });
});
