import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { WITHHELD } from '../../lib/wechatpay/passable.ts';
import type { Events } from '../aws/events/events.ts';
import { eventOf } from '../aws/events/sqs-event.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { type BundleProcess, type Bundles, startBundle } from '../support/bundles.ts';
import { isClaim, isSettlement } from '../support/request-writes.ts';
import { packagedBundles } from '../support/template/packaged.ts';
import {
  CARD,
  campusEndpoint,
  expectNoTrace,
  ID,
  LEAKY_CRYPTO,
  MCHID,
  NAME,
  PHONE,
  SPELLINGS,
} from '../support/traces.ts';

const { campus, body } = await campusEndpoint();
const FUNCTION = 'eduschoolpay-contracts-presign';
const ALWAYS = Number.POSITIVE_INFINITY;

let stack: Stack;
let events: Events;
let bundles: Bundles;
let lambda: BundleProcess;
let asked = 0;
beforeAll(async () => {
  [stack, bundles] = await Promise.all([startStack(), packagedBundles()]);
  events = await stack.startEvents({ endpoints: [campus] });
  await stack.addMerchant({ mchid: MCHID });
  lambda = await start();
});
afterAll(async () => {
  await lambda?.close();
  await events?.close();
  await stack?.close();
});
afterEach(() => {
  stack.wechatpay.clearFaults();
  stack.kms.setPolicy(undefined);
  stack.dynamo.clearFaults();
  events.eventBridge.clearFaults();
});

const start = (options: { preload?: string } = {}) =>
  startBundle(bundles.file(FUNCTION), { ...stack.env(MCHID), ...events.env }, options);

/** A request whose contract nobody has signed before. */
const request = (change: object = {}) => {
  asked += 1;
  return { request_id: `flight-${asked}`, body: { ...body, out_contract_code: `C_${asked}`, ...change } };
};

/** A batch of these messages, as Lambda hands it over. Those left must be `left`; nothing may have slipped out. */
const deliver = async (
  messages: readonly (object | string)[],
  { left = 0, receives = 1, ms = 20_000, to = lambda } = {},
): Promise<void> => {
  const batch: SQSEvent = eventOf(
    messages.map((message, index) => ({
      MessageId: `message-${asked}-${index}`,
      ReceiptHandle: `receipt-${asked}-${index}`,
      Body: typeof message === 'string' ? message : JSON.stringify(message),
      Attributes: { ApproximateReceiveCount: String(receives) },
    })),
    'cn-north-1',
    events.queueOf(campus.name),
  );
  const answer: unknown = await to.invoke(batch, ms);
  expect(answer).toEqual({ batchItemFailures: Array(left).fill({ itemIdentifier: expect.any(String) }) });
  expectNoTrace(JSON.stringify(answer));
  await expectSilent(to);
};

/** Nothing that was printed, published or remembered so far has a trace. */
const expectSilent = async (from = lambda): Promise<void> => {
  expectNoTrace(from.output());
  expectNoTrace(JSON.stringify(events.eventBridge.events));
  const { Items } = await stack.dynamo.client.send(new ScanCommand({ TableName: stack.outcomesTable }));
  expectNoTrace(JSON.stringify(Items));
};
const lastDetail = () => events.eventBridge.events.at(-1)?.detail;

describe('a marked name, ID, card and phone appear in no outcome, log line, metric, answer or remembered item', () => {
  it('when the pre-sign succeeds, and when it is asked for again', async () => {
    const asks = request();
    await deliver([asks]);
    // The canary did fly: without this line the test could pass on a Lambda that does nothing.
    expect(Object.values(stack.wechatpay.calls[0]?.decrypted ?? {}).sort()).toEqual(
      [CARD, ID, NAME, PHONE].sort(),
    );
    expect(lambda.output()).toContain('pre-sign succeeded');
    await deliver([asks, { 'detail-type': 'EduschoolpayContractsPresignRequested', detail: asks }]);
    expect(lambda.output()).toContain('"replayed":true');
    expect(events.eventBridge.events).toHaveLength(3);
  });

  it('when the id was used for another body', async () => {
    const asks = request();
    await deliver([asks]);
    await deliver([
      { ...asks, body: { ...asks.body, bank_card: { bank_card_no: `${CARD}1`, phone: PHONE } } },
    ]);
    expect(lastDetail()).toMatchObject({ error: { code: 'REQUEST_ID_REUSED' } });
  });

  it.each([
    ['a field is missing', { openid: undefined }],
    ['a value is too long', { identity: { ...body.identity, real_name: NAME.repeat(20) } }],
    ['a value has a forbidden character', { identity: { ...body.identity, real_name: `${NAME}😀` } }],
    ['an enumeration does not know it', { contract_mode: ID }],
    ['it is a member name', { [ID]: NAME, identity: { ...body.identity, [CARD]: PHONE } }],
  ])('when the validation refuses it: %s', async (_, change) => {
    await deliver([request(change)]);
    expect(lastDetail()).toMatchObject({ error: { code: 'PARAM_ERROR' } });
  });

  it('when it stands beside the body, or is the merchant, or all there is', async () => {
    const before = events.eventBridge.events.length;
    await deliver([
      { ...request(), [NAME]: ID },
      { ...request(), mchid: ID },
      { ...request(), mchid: { [CARD]: PHONE } },
      { ...request(), body: `${NAME} ${ID}` },
    ]);
    expect(events.eventBridge.events).toHaveLength(before + 4);
  });

  it.each([1, 5])('when the message cannot be read, at receive %d', async (receives) => {
    const json = JSON.stringify(request());
    const unreadable = [
      json.slice(0, -20),
      json.replace('"real_name"', `${NAME} "real_name"`),
      `${NAME} ${ID}`,
      JSON.stringify({ body: request().body }),
      JSON.stringify({ ...request(), request_id: [ID] }),
      JSON.stringify({ ...request(), request_id: `${NAME}${ID}`.repeat(9) }),
      JSON.stringify({ 'detail-type': `${NAME}${ID}`, detail: request() }),
    ];
    await deliver(unreadable, { left: unreadable.length, receives });
    expect(lambda.output()).toContain('record_unreadable');
  });

  it('when WeChat Pay quotes it', async () => {
    for (const signed of [true, false]) {
      stack.wechatpay.fault({
        kind: 'refuse',
        status: 400,
        code: 'PARAM_ERROR',
        message: `${NAME} (${ID}) 不合法`,
        detail: { field: `/body/${NAME}`, value: [CARD, ID], issue: `"${PHONE}" is wrong`, location: 'body' },
        signed,
      });
      await deliver([request()]);
      expect(lastDetail()).toMatchObject({ error: { code: 'PARAM_ERROR', message: WITHHELD.en } });
    }
  });

  it.each(SPELLINGS)('when WeChat Pay quotes it %s', async (_, spell) => {
    for (const mark of [NAME, ID, CARD, PHONE]) {
      const quoted = spell(mark);
      const detail = {
        field: `/body/${quoted}`,
        issue: `${quoted} is wrong`,
        location: quoted,
        value: quoted,
      };
      const message = `参数 ${quoted} 不合法`;
      stack.wechatpay.fault({ kind: 'refuse', status: 400, code: 'PARAM_ERROR', message, detail });
      await deliver([request()]);
      expect(lastDetail()).toMatchObject({ error: { code: 'PARAM_ERROR', message: WITHHELD.en } });
      // Ours is no verdict: at the last receive it becomes a dead letter, of which the log tells.
      stack.wechatpay.fault({ kind: 'refuse', status: 401, code: 'SIGN_ERROR', message, detail });
      await deliver([request()], { left: 1, receives: 5 });
    }
    expect(lambda.output()).toContain('pre-sign dead-lettered');
  });

  it.each([ID, CARD, PHONE])('when WeChat Pay makes a code or a Request-ID of it: %s', async (mark) => {
    const refuse = { kind: 'refuse', status: 400, message: '不合法' } as const;
    stack.wechatpay.fault({ ...refuse, code: mark.replace(/^\d+/, '') });
    await deliver([request()], { left: 1 });
    stack.wechatpay.fault({ ...refuse, code: 'PARAM_ERROR', requestId: mark });
    await deliver([request()]);
    expect(lastDetail()).not.toHaveProperty('wechatpay_request_id');
    stack.wechatpay.fault({ kind: 'request-id', id: `08AB${mark.toLowerCase()}-0` });
    await deliver([request()]);
    expect(lastDetail()).toHaveProperty('response');
    expect(lastDetail()).not.toHaveProperty('wechatpay_request_id');
    stack.wechatpay.fault({ ...refuse, status: 401, code: 'SIGN_ERROR', requestId: mark });
    await deliver([request()], { left: 1, receives: 5 });
  });

  it('when WeChat Pay quotes it in an answer that is not to be believed', async () => {
    stack.wechatpay.fault(
      { kind: 'wrong-shape', body: JSON.stringify({ name: NAME, id: ID, card: CARD }) },
      { times: ALWAYS },
    );
    await deliver([request()], { left: 1 });
  });

  it('when WeChat Pay does not answer in time', async () => {
    stack.wechatpay.fault({ kind: 'hang' }, { times: ALWAYS });
    await deliver([request()], { left: 1, ms: 4_500 });
    expect(lambda.output()).toMatch(/wechatpay_timeout/);
  });

  it.each([1, 5])('when KMS refuses, at receive %d', async (receives) => {
    stack.kms.setPolicy(() => false);
    await deliver([request()], { left: 1, receives });
    expect(lambda.output()).toContain('kms_access_denied');
  });

  it('when outcomes can be neither found nor kept', async () => {
    stack.dynamo.fault('denied', ALWAYS, isClaim);
    await deliver([request()], { left: 1 });
    expect(lambda.output()).toContain('outcomes_unavailable');
    stack.dynamo.clearFaults();
    stack.dynamo.fault('denied', ALWAYS, isSettlement);
    await deliver([request()]);
    expect(lambda.output()).toContain('outcome not remembered');
  });

  it('when the bus refuses the outcome', async () => {
    events.eventBridge.fault('entry-internal', ALWAYS);
    await deliver([request()], { left: 1 });
    expect(lambda.output()).toContain('outcome_unpublished');
  });

  it('when the Lambda is killed at work: the table then holds ciphertexts alone', async () => {
    const doomed = await start();
    stack.wechatpay.fault({ kind: 'hang' }, { times: ALWAYS });
    const called = new Promise<void>((resolve) => stack.wechatpay.onCall(() => resolve()));
    const asks = request();
    const answer = deliver([asks], { to: doomed });
    await called;
    doomed.kill();
    await expect(answer).rejects.toThrow('the process ended');
    await expectSilent(doomed);
    const { Items = [] } = await stack.dynamo.client.send(
      new ScanCommand({ TableName: stack.outcomesTable }),
    );
    const left = Items.filter(({ ciphertexts }) => ciphertexts !== undefined);
    expect(Object.keys(left.at(-1)?.['ciphertexts']?.M ?? {})).toHaveLength(4);
  });

  it('when the code crashes on it, with an error that quotes it', async () => {
    const crashing = await start({ preload: LEAKY_CRYPTO });
    await deliver([request()], { left: 1, to: crashing });
    await deliver([request()], { left: 1, receives: 5, to: crashing });
    expect(crashing.output()).toContain('"cause":"TypeError"');
    await crashing.close();
    await expectSilent(crashing);
  });

  it('and in nothing that was printed until the process had ended', async () => {
    await lambda.close();
    const lines = lambda.output().trim().split('\n');
    // A log line and metrics of each of the messages above.
    expect(lines.length).toBeGreaterThan(60);
    await expectSilent();
  });
});
