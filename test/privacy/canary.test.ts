import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WITHHELD } from '../../lib/wechatpay/passable.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { type BundleAnswer, type BundleProcess, type Bundles, startBundle } from '../support/bundles.ts';
import { payload1, payload2 } from '../support/events.ts';
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
const json = JSON.stringify(body);

let stack: Stack;
let bundles: Bundles;
let lambda: BundleProcess;
beforeAll(async () => {
  [stack, bundles] = await Promise.all([startStack(), packagedBundles()]);
  await stack.addMerchant({ mchid: MCHID });
  lambda = await startBundle(bundles.file('eduschoolpay-contracts-presign'), stack.env(MCHID));
});
afterAll(async () => {
  await stack?.close();
});

const send = (text: string, { headers = {}, ms = 20_000, to = lambda } = {}): Promise<BundleAnswer> =>
  to.invoke(
    payload2({ path: campus.path, body: text, headers: { 'content-type': 'application/json', ...headers } }),
    ms,
  );

/** The answer is silent, and so is all that was printed while it was made. */
const expectSilent = (answer: BundleAnswer, from: BundleProcess = lambda): void => {
  expectNoTrace(JSON.stringify(answer));
  expectNoTrace(from.output());
};

/** What the table of requests holds. */
const remembered = async () =>
  (await stack.dynamo.client.send(new ScanCommand({ TableName: stack.outcomesTable }))).Items ?? [];

describe('a marked name, ID, card and phone appear in no answer, log line or metric', () => {
  it('when the pre-sign succeeds', async () => {
    const answer = await send(json);
    expect(answer.statusCode).toBe(200);
    // The canary did fly: without this line the test could pass on a Lambda that does nothing.
    expect(Object.values(stack.wechatpay.calls[0]?.decrypted ?? {}).sort()).toEqual(
      [CARD, ID, NAME, PHONE].sort(),
    );
    expect(lambda.output()).toContain('pre-sign succeeded');
    expectSilent(answer);
  });

  it.each([
    ['a field is missing', { ...body, openid: undefined }],
    ['a value is too long', { ...body, identity: { ...body.identity, real_name: NAME.repeat(20) } }],
    [
      'a value has a forbidden character',
      { ...body, identity: { ...body.identity, real_name: `${NAME}😀` } },
    ],
    ['an enumeration does not know it', { ...body, contract_mode: ID }],
    ['a pattern does not match it', { ...body, user_id: `${ID}-${NAME}` }],
    ['it is a member name', { ...body, [ID]: NAME, identity: { ...body.identity, [CARD]: PHONE } }],
    ['it is all there is', [NAME, ID, CARD, PHONE]],
  ])('when the validation refuses it: %s', async (_, wrong) => {
    const answer = await send(JSON.stringify(wrong));
    expect(answer.statusCode).toBe(400);
    expectSilent(answer);
  });

  it.each([
    ['cut short', json.slice(0, -20)],
    ['with a stray word', json.replace('"real_name"', `${NAME} "real_name"`)],
    ['as bare text', `${NAME} ${ID}`],
    ['with a forbidden key', json.replace('"identity":{', `"identity":{"__proto__":{"x":"${ID}"},`)],
  ])('when the JSON is malformed: %s', async (_, wrong) => {
    const answer = await send(wrong);
    expect(answer.statusCode).toBe(400);
    expectSilent(answer);
  });

  it('when it stands in a header', async () => {
    const answers = await Promise.all([
      send(json, { headers: { 'wechatpay-mchid': ID } }),
      send(json, { headers: { 'wechatpay-serial': CARD } }),
      send(json, { headers: { 'content-type': `text/${ID}` } }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 415]);
    for (const answer of answers) expectSilent(answer);
  });

  it('when WeChat Pay quotes it', async () => {
    const quote = {
      field: `/body/${NAME}`,
      value: [CARD, ID],
      issue: `"${PHONE}" is wrong`,
      location: 'body',
    };
    const refuse = {
      kind: 'refuse',
      status: 400,
      code: 'PARAM_ERROR',
      message: `${NAME} (${ID}) 不合法`,
    } as const;
    for (const signed of [true, false]) {
      stack.wechatpay.fault({ ...refuse, detail: quote, signed });
      const answer = await send(json);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'PARAM_ERROR', message: WITHHELD.zh });
      expectSilent(answer);
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
      for (const message of [`参数 ${quoted} 不合法`, '参数不合法']) {
        stack.wechatpay.fault({ kind: 'refuse', status: 400, code: 'PARAM_ERROR', message, detail });
        const answer = await send(json);
        expect(answer.statusCode).toBe(400);
        expect(answer.body).not.toContain(JSON.stringify(quoted).slice(1, -1));
        expect(lambda.output()).not.toContain(quoted);
        expectSilent(answer);
      }
    }
  });

  it.each([ID, CARD, PHONE])('when WeChat Pay makes a code or a Request-ID of it: %s', async (mark) => {
    const { presigns } = stack.wechatpay;
    const made = presigns.length;
    const refuse = { kind: 'refuse', status: 400, message: '不合法' } as const;
    stack.wechatpay.fault({ ...refuse, code: mark.replace(/^\d+/, '') });
    expectSilent(await send(json));
    stack.wechatpay.fault({ ...refuse, code: 'PARAM_ERROR', requestId: mark });
    const refused = await send(json);
    expect(refused.statusCode).toBe(400);
    expectSilent(refused);
    stack.wechatpay.fault({ kind: 'request-id', id: `08AB${mark.toLowerCase()}-0` });
    const fresh = { ...body, out_contract_code: `ID_${mark.length}` };
    const succeeded = await send(JSON.stringify(fresh));
    expect([succeeded.statusCode, presigns.length]).toEqual([200, made + 1]);
    expectSilent(succeeded);
  });

  it('when WeChat Pay quotes it in an answer that is not to be believed', async () => {
    stack.wechatpay.fault({ kind: 'wrong-shape', body: JSON.stringify({ name: NAME, id: ID, card: CARD }) });
    const answer = await send(json);
    expect(answer.statusCode).toBe(502);
    expectSilent(answer);
  });

  it('when WeChat Pay does not answer in time', async () => {
    stack.wechatpay.fault({ kind: 'hang' }, { times: 9 });
    const answer = await send(json, { ms: 2_500 });
    stack.wechatpay.clearFaults();
    expect(answer.statusCode).toBe(504);
    expectSilent(answer);
  });

  it('when KMS refuses', async () => {
    stack.kms.setPolicy(() => false);
    const answer = await send(json);
    stack.kms.setPolicy(undefined);
    expect(answer.statusCode).toBe(503);
    expect(lambda.output()).toContain('kms_access_denied');
    expectSilent(answer);
  });

  it('when the code crashes on it, with an error that quotes it', async () => {
    const crashing = await startBundle(bundles.file('eduschoolpay-contracts-presign'), stack.env(MCHID), {
      preload: LEAKY_CRYPTO,
    });
    const answer = await send(json, { to: crashing });
    expect(answer.statusCode).toBe(500);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'SYSTEM_ERROR' });
    expect(crashing.output()).toContain('"cause":"TypeError"');
    expectSilent(answer, crashing);
    await crashing.close();
  });

  describe('with an Idempotency-Key, nor in the table of requests', () => {
    let keys = 0;
    /** A contract nobody has signed before, under a key nobody has used before. */
    const flight = () => {
      keys += 1;
      const text = JSON.stringify({ ...body, out_contract_code: `KEY_${keys}` });
      return [text, { headers: { 'idempotency-key': `flight-${keys}` } }] as const;
    };
    const expectRemembered = async (count: number, member: 'outcome' | 'ciphertexts'): Promise<void> => {
      const items = await remembered();
      expectNoTrace(JSON.stringify(items));
      expect(items.filter((item) => item[member] !== undefined)).toHaveLength(count);
    };

    it('when it succeeds, is replayed, and is asked for with another body', async () => {
      const [text, options] = flight();
      for (const sent of [text, text, text.replace(CARD, `${CARD}1`)])
        expectSilent(await send(sent, options));
      await expectRemembered(1, 'outcome');
    });

    it('when WeChat Pay refuses it, quoting it', async () => {
      const [text, options] = flight();
      stack.wechatpay.fault({ kind: 'refuse', status: 400, code: 'PARAM_ERROR', message: `${NAME} (${ID})` });
      for (let time = 0; time < 2; time += 1) {
        const answer = await send(text, options);
        expect(JSON.parse(answer.body)).toMatchObject({ code: 'PARAM_ERROR', message: WITHHELD.zh });
        expectSilent(answer);
      }
      await expectRemembered(2, 'outcome');
    });

    it('when it is given back: WeChat Pay is too busy', async () => {
      stack.wechatpay.fault({ kind: 'rate-limit' }, { times: 9 });
      const answer = await send(...flight());
      stack.wechatpay.clearFaults();
      expect(answer.statusCode).toBe(429);
      expectSilent(answer);
      await expectRemembered(1, 'ciphertexts');
    });

    it('when the Lambda is killed at work', async () => {
      const doomed = await startBundle(bundles.file('eduschoolpay-contracts-presign'), stack.env(MCHID));
      stack.wechatpay.fault({ kind: 'hang' }, { times: 9 });
      const called = new Promise<void>((resolve) => stack.wechatpay.onCall(() => resolve()));
      const [text, options] = flight();
      const answer = send(text, { ...options, to: doomed });
      await called;
      doomed.kill();
      await expect(answer).rejects.toThrow('the process ended');
      stack.wechatpay.clearFaults();
      expectNoTrace(doomed.output());
      await expectRemembered(2, 'ciphertexts');
    });
  });

  it('when the event is of payload format 1.0 and base64', async () => {
    const request = {
      path: campus.path,
      body: Buffer.from(json.slice(0, -9)),
      headers: { 'Content-Type': 'application/json' },
    };
    const answer = await lambda.invoke(payload1(request));
    expect(answer.statusCode).toBe(400);
    expectSilent(answer);
  });

  it('and in nothing that was printed until the process had ended', async () => {
    await lambda.close();
    const lines = lambda.output().trim().split('\n');
    // One log line and one of metrics for each of the invocations above.
    expect(lines.length).toBeGreaterThan(40);
    expectNoTrace(lambda.output());
  });
});
