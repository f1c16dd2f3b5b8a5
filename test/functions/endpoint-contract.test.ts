import { constants, publicEncrypt } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { openApi } from '../../lib/documents/openapi.ts';
import { SOURCE } from '../../lib/events/contract.ts';
import type { Events } from '../aws/events/events.ts';
import type { BusEvent } from '../aws/events/put-events.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { requireStandIns } from '../aws/stand-ins.ts';
import { contractsOf } from '../support/docs/contracts.ts';
import { contextFor } from '../support/events.ts';
import { fieldsOf, replaced, valueAt, without } from '../support/fields.ts';
import { FIXTURE_STAND_INS } from '../support/fixtures/stand-ins.ts';
import { HOSTILE, jsonWith } from '../support/hostile.ts';
import { coldLambda } from '../support/lambda.ts';
import { bodyFor, eventually, presignOf } from '../support/world.ts';

const MCHID = '1900000001';
const FIXTURES = new URL('../support/fixtures/functions/', import.meta.url);
const real = await endpointsIn();
const endpoints = [...real, ...(await endpointsIn(FIXTURES))];

const contracts = contractsOf(endpoints);
let stack: Stack;
let events: Events;
beforeAll(async () => {
  requireStandIns(real);
  stack = await startStack();
  events = await stack.startEvents({ endpoints });
  await stack.addMerchant({ mchid: MCHID, mode: 'both' });
  for (const row of FIXTURE_STAND_INS) stack.wechatpay.addEndpoint(row);
});
beforeEach(() => stack.clear());
afterAll(async () => {
  await events?.close();
  await stack?.close();
});

describe.each(endpoints)('$name', (endpoint) => {
  const lambda = () => coldLambda(endpoint, stack.env(MCHID));
  const body = () => bodyFor(endpoint);
  const fields = fieldsOf(endpoint.request);
  const sensitive = fields.filter((field) => field.sensitive);

  it.each(['1.0', '2.0'] as const)('pre-signs through payload format %s', async (format) => {
    const answer = await lambda().post(body(), { format });
    expect(answer.status).toBe(200);
    expect(endpoint.response.safeParse(answer.json).success).toBe(true);
    expect(answer.headers['Cache-Control']).toBe('no-store');
    expect(answer.headers['Request-ID']).toBe(stack.wechatpay.calls[0]?.requestId);
  });

  it('sends every sensitive field as ciphertext, and every other as it came', async () => {
    const sent = body();
    await lambda().post(sent);
    const [call] = stack.wechatpay.calls;
    const wire = call?.body.toString() ?? '';
    const received: unknown = JSON.parse(wire);
    expect(call?.decrypted).toEqual(
      Object.fromEntries(sensitive.map(({ pointer }) => [pointer, valueAt(sent, pointer)])),
    );
    for (const { pointer } of sensitive) {
      expect(wire).not.toContain(valueAt(sent, pointer));
      expect(Buffer.from(String(valueAt(received, pointer)), 'base64')).toHaveLength(256);
    }
    for (const { pointer } of fields.filter((field) => !field.sensitive)) {
      const value = valueAt(sent, pointer);
      if (typeof value !== 'object') expect(valueAt(received, pointer)).toEqual(value);
    }
  });

  it('passes ciphertexts of the caller on untouched, with the serial they name', async () => {
    const { id, pem } = stack.wechatpay.platform.publicKey(MCHID);
    const key = { key: pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    const plain = body();
    const encrypted = sensitive.reduce<Record<string, unknown>>((sealed, { pointer }) => {
      const value = publicEncrypt(key, Buffer.from(String(valueAt(plain, pointer)))).toString('base64');
      return replaced(sealed, pointer, value);
    }, plain);
    const answer = await lambda().post(encrypted, { headers: { 'Wechatpay-Serial': id } });
    expect(answer.status).toBe(200);
    expect(stack.wechatpay.calls[0]?.headers['wechatpay-serial']).toBe(id);
    expect(JSON.parse(stack.wechatpay.calls[0]?.body.toString() ?? '')).toEqual(encrypted);
  });

  it('refuses plaintext that is announced as ciphertext', async () => {
    const { id } = stack.wechatpay.platform.publicKey(MCHID);
    const answer = await lambda().post(body(), { headers: { 'Wechatpay-Serial': id } });
    if (sensitive.length === 0) return expect(answer.status).toBe(200);
    expect(answer.status).toBe(400);
    const pointers = [answer.json['detail']].flat().map((detail) => (detail as { field: string }).field);
    expect(pointers.sort()).toEqual(sensitive.map(({ pointer }) => pointer).sort());
    expect(stack.wechatpay.calls).toHaveLength(0);
  });

  it.each(fields.filter(({ required }) => required))('needs $pointer', async ({ pointer }) => {
    const answer = await lambda().post(without(body(), pointer), { headers: { 'Accept-Language': 'en' } });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field: pointer, location: 'body', issue: expect.stringMatching(/must be (present|one of)/) },
    });
  });

  it.each(fields)('refuses null, a number and an empty object at $pointer', async ({ pointer }) => {
    for (const wrong of [null, 4711, {}]) {
      const answer = await lambda().post(replaced(body(), pointer, wrong));
      expect(answer.status).toBe(400);
      const found = [answer.json['detail']].flat().map((detail) => (detail as { field: string }).field);
      expect(found.some((field) => field.startsWith(pointer))).toBe(true);
    }
  });

  it('refuses a member nobody documented, without repeating its name', async () => {
    const answer = await lambda().post({ ...body(), zhangsan_secret: 'x' });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'PARAM_ERROR', detail: { field: '', location: 'body' } });
    expect(answer.text).not.toContain('zhangsan');
  });

  it('refuses what no check may ask for its length or its text, in any member, and calls nobody', async () => {
    const { send } = lambda();
    for (const { pointer } of fields) {
      for (const json of HOSTILE) {
        // An empty array is an array.
        if (json === '[]' && Array.isArray(valueAt(body(), pointer))) continue;
        const { status, text } = await send(jsonWith(replaced(body(), pointer, 'MARK'), 'MARK', json));
        expect({ pointer, json, status, text }).toMatchObject({ status: 400 });
      }
    }
    expect(stack.wechatpay.calls).toHaveLength(0);
  });

  it('repeats the same bytes under a new signature when WeChat Pay fails once', async () => {
    stack.wechatpay.fault({ kind: 'system-error' });
    const before = stack.wechatpay.presigns.length;
    const answer = await lambda().post(body());
    expect(answer.status).toBe(200);
    const [first, second] = stack.wechatpay.calls;
    expect(stack.wechatpay.calls).toHaveLength(2);
    expect(second?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
    expect(second?.nonce).not.toBe(first?.nonce);
    expect(second?.headers['authorization']).not.toBe(first?.headers['authorization']);
    // None, where an earlier test has sent the same bytes and nothing tells the two apart.
    expect(stack.wechatpay.presigns.length - before).toBeLessThanOrEqual(1);
    expect(presignOf(stack, answer.json)?.path).toBe(endpoint.path);
  });

  /** What is published about a pre-sign that is asked for on the bus. */
  const outcomeOf = async (detail: { request_id: string; body: object }): Promise<BusEvent> => {
    Object.assign(process.env, stack.env(MCHID), events.env);
    const { handler } = lambda();
    const isAnswer = ({ source, detail: { request_id } }: BusEvent): boolean =>
      source === SOURCE && request_id === detail.request_id;
    const poller = events.poll(endpoint.name, (event) => handler(event, contextFor()));
    try {
      await events.ask(endpoint.name, detail);
      await eventually(() => poller.stats.deleted + poller.stats.left > 0);
    } finally {
      await poller.close();
    }
    const event = events.eventBridge.events.find(isAnswer);
    if (event === undefined) throw new Error('no outcome was published: the message is left on the queue');
    expect(contracts.errorsOfEvent(event)).toEqual([]);
    return event;
  };

  it('pre-signs by event, with the same request to WeChat Pay and the same answer as through the API', async () => {
    const sent = body();
    const { detail, ...event } = await outcomeOf({ request_id: `${endpoint.name}-1`, body: sent });
    expect(event['detail-type']).toMatch(/Succeeded$/);
    expect(endpoint.response.safeParse(detail['response']).success).toBe(true);
    expect(detail['wechatpay_request_id']).toBe(stack.wechatpay.calls[0]?.requestId);
    expect(stack.wechatpay.calls[0]?.decrypted).toEqual(
      Object.fromEntries(sensitive.map(({ pointer }) => [pointer, valueAt(sent, pointer)])),
    );
  });

  it('refuses by event what it refuses through the API, and says where in the detail', async () => {
    const [{ pointer } = { pointer: '' }] = fields.filter(({ required }) => required);
    const { detail } = await outcomeOf({ request_id: `${endpoint.name}-2`, body: without(body(), pointer) });
    expect(detail['error']).toMatchObject({
      code: 'PARAM_ERROR',
      status: 400,
      detail: { field: `/body${pointer}`, location: 'body' },
    });
    expect(stack.wechatpay.calls).toHaveLength(0);
  });

  it('has its entry in the OpenAPI document', () => {
    const document = openApi([endpoint], []) as { paths: Record<string, { post: { operationId: string } }> };
    expect(document.paths[endpoint.path]?.post.operationId).toBe(endpoint.name);
    const marks = JSON.stringify(document).match(/"x-sensitive":true/g) ?? [];
    expect(marks).toHaveLength(endpoint.sensitive.length);
  });
});
