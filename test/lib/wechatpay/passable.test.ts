import { expect, it } from '@jest/globals';
import { withPassableRequestId } from '../../../lib/wechatpay/passable.ts';
import { requestIdOf } from '../../../lib/wechatpay/verifier.ts';
import { responseOf } from '../../support/protocol.ts';

const BODY = { user_id: '1', plan_id: '97619', identity: { id_card_number: '11010119900307757X' } };
const passed = (id: string | undefined) =>
  requestIdOf(
    withPassableRequestId(responseOf(200, '{}', id === undefined ? {} : { 'request-id': id }), [BODY]),
  );

it.each([
  '08F78BB4AF0610D302189C19202AFA9BF90128F8E2A204-0',
  '08FCA4A0840610AD01188EAEC05520BD312881FE02-269546525',
  '0811010100-1',
  'a',
])('a Request-ID is passed on: %s', (id) => {
  expect(passed(id)).toBe(id);
});

it.each([
  ['none', undefined],
  ['empty', ''],
  ['endless', 'A'.repeat(65)],
  ['of other characters', '08F7 8BB4'],
  ['of another alphabet', '张三'],
  ['a header of its own', 'A\r\nB: C'],
  ['what was submitted', '11010119900307757X'],
  ['what was submitted, in other case', '08AB-11010119900307757x-0'],
  ['half of it', '08AB-19900307-0'],
])('a Request-ID that is %s is not', (_, id) => {
  expect(passed(id)).toBeUndefined();
});

it('the answer itself stays as it came', () => {
  const response = responseOf(200, '{}', {
    'request-id': '11010119900307757X',
    date: 'D',
    'wechatpay-nonce': 'N',
  });
  const { headers, ...rest } = withPassableRequestId(response, [BODY]);
  expect(headers).toEqual({ date: 'D', 'wechatpay-nonce': 'N' });
  expect(rest).toEqual({ status: 200, body: response.body });
});
