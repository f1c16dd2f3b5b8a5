import { expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { createLedger, keyOf } from './ledger.ts';
import { makePlan, openidOf } from './plan.ts';

it('counts a call for a remembered outcome by when it was signed, not by when it is seen', async () => {
  const [wish] = makePlan(1, await endpointsIn(), () => 0.5);
  if (wish === undefined) throw new Error('no plan');
  const ledger = createLedger([wish]);
  const call = (signature: string): number | undefined => {
    const body = Buffer.from(JSON.stringify({ openid: openidOf(wish.id) }));
    ledger.called(body, `WECHATPAY2-SHA256-RSA2048 mchid="1",signature="${signature}",serial_no="A"`);
    return ledger.entries()[0]?.callsAfterRemembered;
  };
  ledger.signed('late');
  ledger.signed('answered');
  expect(call('answered')).toBe(0);
  const settlement = { Key: { id: { S: keyOf(wish) } }, UpdateExpression: 'SET outcome = :outcome' };
  ledger.wrote('UpdateItem', JSON.stringify(settlement));
  expect(call('late')).toBe(0);
  ledger.signed('again');
  expect(call('again')).toBe(1);
  expect(call('by nobody known')).toBe(2);
});
