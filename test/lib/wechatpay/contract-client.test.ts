import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { createContractClient } from '../../../lib/wechatpay/contract-client.ts';
import { failureOf, responseOf } from '../../support/protocol.ts';

const merchant = {
  mchid: '1900000001',
  sign: () => Promise.reject(new Error('nothing is signed here')),
  keys: () => new Map(),
  refreshKeys: async () => new Map(),
};
const sending = { remainingMs: () => 10_000 };
const parameters = { path: { id: '1' }, query: {} };
const query = { method: 'GET', path: '/v3/x/{id}', response: z.looseObject({ id: z.string() }) } as const;
const end = { method: 'POST', path: '/v3/x/{id}/end' } as const;

/** What comes of an operation that WeChat Pay answers so, verified. */
const outcomeOf = (operation: typeof query | typeof end, status: number, body: string) =>
  createContractClient(async () => responseOf(status, body, { 'request-id': 'wx-1' }))(
    merchant,
    operation,
    parameters,
    sending,
  );

describe('a call about contracts', () => {
  it('is sent as its endpoint says, without a body, and no error may repeat its parameters', async () => {
    const asked: unknown[] = [];
    const client = createContractClient(async (who, call) => {
      asked.push(who, call);
      return responseOf(204, '');
    });
    const given = { path: { id: 'a/b' }, query: { plan: '京' } };
    await client(merchant, end, given, sending);
    const path = '/v3/x/a%2Fb/end?plan=%E4%BA%AC';
    const call = {
      method: 'POST',
      path,
      body: Buffer.alloc(0),
      platformSerial: undefined,
      submitted: [given],
    };
    expect(asked).toEqual([merchant, { ...call, ...sending }]);
  });

  it('ends with the text that came, and WeChat Pay’s Request-ID', async () => {
    const text = '{ "id": "1", "n": 12345678901234567890 }';
    expect(await outcomeOf(query, 200, text)).toEqual({ text, requestId: 'wx-1' });
  });

  it('ends with nothing where a 204 is documented', async () => {
    expect(await outcomeOf(end, 204, '')).toEqual({ text: undefined, requestId: 'wx-1' });
  });

  it.each<[string, typeof query | typeof end, number, string]>([
    ['nothing where there is to be something', query, 204, ''],
    ['no JSON', query, 200, '<html>'],
    ['JSON of another shape', query, 200, '{"id":1}'],
    ['something where there is to be nothing', end, 204, '{}'],
    ['a 200 in place of a 204', end, 200, ''],
    ['that it has accepted the request, and no more', end, 202, ''],
  ])('has an unknown outcome when WeChat Pay answers %s', async (_, operation, status, body) => {
    const failure = await failureOf(outcomeOf(operation, status, body));
    expect(failure).toMatchObject({
      code: 'BAD_GATEWAY',
      reason: 'wechatpay_malformed',
      requestId: 'wx-1',
      uncertain: true,
    });
  });
});
