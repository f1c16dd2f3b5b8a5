import { describe, expect, it } from '@jest/globals';
import { CATALOGUE } from '../../lib/errors.ts';
import { EMPTY } from '../../lib/rules.ts';
import { WITHHELD } from '../../lib/wechatpay/passable.ts';
import { contractEndpoints } from '../support/contracts-world.ts';
import { coldContractLambda } from '../support/lambda.ts';
import { MCHID, requestOf, useQueueWorld } from '../support/queue-world.ts';
import { attempts, bodyFor, expectSameBytesSignedAnew } from '../support/world.ts';

const { world, logs } = await useQueueWorld();
const { etc } = world.endpoints;
const { wechatpay } = world.stack;

type Headers = Record<string, string>;
const call = async (body: object, headers: Headers) => {
  const answer = await world.overHttp(etc, world.lambda(etc), body, { headers });
  return { ...answer, json: JSON.parse(answer.body) as Record<string, unknown> };
};
const asking = (language: string | undefined): Headers =>
  language === undefined ? {} : { 'Accept-Language': language };
const spoken = ({ headers }: { headers: Headers }) => [headers['Content-Language'], headers['Vary']];
const askedOfWechatPay = () => wechatpay.calls.map(({ headers }) => headers['accept-language']);

describe.each([
  ['zh', 'zh-CN', undefined],
  ['zh', 'zh-CN', 'zh-TW'],
  ['en', 'en', 'en-GB, zh;q=0.5'],
] as const)('in %s (%s), asked for by %j', (language, tag, accept) => {
  it('our own errors are told: message, issue and header', async () => {
    const { json, ...answer } = await call({ ...bodyFor(etc), openid: '' }, asking(accept));
    expect(json).toEqual({
      code: 'PARAM_ERROR',
      message: CATALOGUE.PARAM_ERROR.message[language],
      detail: { field: '/openid', issue: EMPTY[language], location: 'body' },
    });
    expect(spoken(answer)).toEqual([tag, 'Accept-Language']);
  });

  it('WeChat Pay is asked for errors, by every attempt; what it says is passed on as it is', async () => {
    const message = '模板不存在';
    wechatpay.fault({ kind: 'reset' });
    wechatpay.fault({ kind: 'refuse', status: 400, code: 'INVALID_REQUEST', message });
    const { json, ...answer } = await call(bodyFor(etc), asking(accept));
    expect(json).toEqual({ code: 'INVALID_REQUEST', message });
    expect(spoken(answer)).toEqual([undefined, 'Accept-Language']);
    expect(askedOfWechatPay()).toEqual([tag, tag]);
  });

  it('an answer with words of both has no language', async () => {
    const body = bodyFor(etc);
    const detail = { field: '/body/plate_number', issue: '长度超限', location: 'body' };
    const message = `${body['openid']} 有误`;
    wechatpay.fault({ kind: 'refuse', status: 400, code: 'PARAM_ERROR', message, detail });
    const { json, ...answer } = await call(body, asking(accept));
    expect(json).toMatchObject({ message: WITHHELD[language], detail: { issue: detail.issue } });
    expect(spoken(answer)).toEqual([undefined, 'Accept-Language']);
  });

  it('contract endpoints do both, too', async () => {
    for (const endpoint of contractEndpoints) {
      world.stack.clear();
      const env = { ...world.stack.env(MCHID), REFRESH_FUNCTION: 'refresh' };
      const lambda = coldContractLambda(endpoint, env);
      const { json, headers } = await lambda.ask({}, { headers: asking(accept) });
      expect(json['message']).toBe(CATALOGUE.PARAM_ERROR.message[language]);
      expect(spoken({ headers })).toEqual([tag, 'Accept-Language']);
    }
  });

  it('the log says the same as ever', async () => {
    await call({ ...bodyFor(etc), openid: '' }, asking(accept));
    expect(logs.ends()).toMatchObject([{ message: 'pre-sign refused', fields: '/openid' }]);
    expect(JSON.stringify(logs.lines)).not.toMatch(/\p{Script=Han}/u);
  });
});

describe('a remembered request', () => {
  it('is the same in another language: WeChat Pay gets the same bytes', async () => {
    const body = bodyFor(etc);
    const key = { 'Idempotency-Key': 'language-1' };
    wechatpay.fault({ kind: 'rate-limit' }, { times: 3 });
    expect((await call(body, { ...key, ...asking('en') })).statusCode).toBe(429);
    expect((await call(body, key)).statusCode).toBe(200);
    expectSameBytesSignedAnew(world.stack);
    expect(askedOfWechatPay()).toEqual(['en', 'en', 'en', 'zh-CN']);
  });

  it('repeats WeChat Pay’s words, and has ours for them in the language of whoever asks again', async () => {
    const body = bodyFor(etc);
    const key = { 'Idempotency-Key': 'language-2' };
    wechatpay.fault({ kind: 'refuse', status: 400, code: 'PARAM_ERROR', message: `${body['openid']} 有误` });
    const answers = [await call(body, key), await call(body, { ...key, ...asking('en') })];
    expect(answers.map(({ json }) => json['message'])).toEqual([WITHHELD.zh, WITHHELD.en]);
    expect(answers.map(spoken).map(([language]) => language)).toEqual(['zh-CN', 'en']);
    expect(answers[1]?.headers['Idempotent-Replayed']).toBe('true');
    expect(attempts(world.stack)).toHaveLength(1);
    await world.ask(etc, requestOf(etc, { request_id: 'language-2', body }));
    expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
    expect(world.outcomes()[0]?.detail['error']).toMatchObject({ message: WITHHELD.en });
  });
});

it('an event has one language, and asks WeChat Pay for none', async () => {
  await world.ask(etc, requestOf(etc, { body: { ...bodyFor(etc), openid: '' } }));
  await world.ask(etc, requestOf(etc));
  expect((await world.deliver(etc, world.lambda(etc))).left).toEqual([]);
  expect(world.outcomes().find(({ detail }) => 'error' in detail)?.detail['error']).toMatchObject({
    message: CATALOGUE.PARAM_ERROR.message.en,
    detail: { issue: EMPTY.en },
  });
  expect(askedOfWechatPay()).toEqual([undefined]);
});
