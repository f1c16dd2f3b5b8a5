import { describe, expect, it } from '@jest/globals';
import type { PresignError } from '../../../lib/errors.ts';
import { WITHHELD } from '../../../lib/wechatpay/passable.ts';
import { stringsIn } from '../../../lib/wechatpay/quotes.ts';
import { REFUSALS, refusal, retryAfterOf } from '../../../lib/wechatpay/refusal.ts';
import { fc } from '../../support/fast-check.ts';
import { responseOf } from '../../support/protocol.ts';

const NOW = Date.parse('2026-06-15T00:00:00Z');
const refused = (
  body: unknown,
  submitted: readonly unknown[] = [],
  status = 400,
  { callersKey = false, date = NOW } = {},
): PresignError => {
  const headers = { 'request-id': 'REQ-1', date: new Date(date).toUTCString() };
  return refusal(responseOf(status, body, headers), { submitted, callersKey }, NOW);
};

describe('retryAfterOf', () => {
  const of = (value: string) => retryAfterOf(responseOf(429, '', { 'retry-after': value }), NOW);

  it.each([
    ['0', 1],
    ['1', 1],
    ['120', 120],
    ['3600', 3_600],
    ['3601', 3_600],
    ['999999999', 3_600],
    ['Mon, 15 Jun 2026 00:02:00 GMT', 120],
    ['Sun, 14 Jun 2026 00:00:00 GMT', 1],
    ['Tue, 16 Jun 2026 00:00:00 GMT', 3_600],
  ])('%s is %i seconds', (value, seconds) => {
    expect(of(value)).toBe(seconds);
  });

  it.each(['', 'soon', 'a while', '１２', '+120', '-5', '1 2', 'in 5', '5s', '1e3', '0x1'])(
    '%j is none',
    (value) => {
      expect(of(value)).toBeUndefined();
    },
  );

  it('is none when there is no such header, and between a second and an hour whatever it says', () => {
    expect(retryAfterOf(responseOf(429, ''), NOW)).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)), (value) => {
        const seconds = of(value) ?? 1;
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(3_600);
      }),
    );
  });
});

describe('refusal passes a 4xx of WeChat Pay through', () => {
  it.each([400, 403, 404, 405, 409, 413, 499])('%i with its code, message and Request-ID', (status) => {
    expect(refused({ code: 'PARAM_ERROR', message: '参数错误' }, [], status)).toMatchObject({
      code: 'PARAM_ERROR',
      message: '参数错误',
      status,
      retryable: false,
      reason: 'wechatpay_refused',
      requestId: 'REQ-1',
      detail: undefined,
    });
  });

  it('with field, issue and location of its detail, and nothing else of it', () => {
    const error = refused({
      code: 'PARAM_ERROR',
      message: '参数错误',
      detail: {
        field: '/body/name',
        issue: 'too long',
        location: 'body',
        value: ['secret'],
        sign_information: { method: 'POST', url: '/v3/x', truncated_sign_message: 'secret' },
        other: 'secret',
      },
      extra: 'secret',
    });
    expect(error.detail).toEqual({ field: '/body/name', issue: 'too long', location: 'body' });
  });

  it.each([
    ['null', null],
    ['a string', 'secret'],
    ['only what must not pass', { value: 'secret', sign_information: { sign_message: 'secret' } }],
    ['members of other types', { field: 1, issue: ['secret'], location: null, value: { a: 'secret' } }],
  ])('without a detail that is %s', (_, detail) => {
    expect(refused({ code: 'PARAM_ERROR', message: 'm', detail }).detail).toBeUndefined();
  });
});

describe('refusal tells whose trouble it is', () => {
  const body = (code: string, message = '不行') => ({ code, message, detail: { field: 'f' } });
  const LATE = { date: NOW + 301_000 };
  const EARLY = { date: NOW - 301_000 };

  it.each([
    ['a signature that WeChat Pay does not accept', 401, body('SIGN_ERROR'), {}, 'signature_refused'],
    ['a 401 with any other code', 401, body('UNHEARD_OF'), {}, 'signature_refused'],
    ['a clock that is behind', 401, body('SIGN_ERROR'), LATE, 'clock_off'],
    ['a clock that is ahead', 401, body('SIGN_ERROR'), EARLY, 'clock_off'],
    [
      'a clock that is off by what is allowed',
      401,
      body('SIGN_ERROR'),
      { date: NOW + 300_000 },
      'signature_refused',
    ],
    ['a 401 without a date to go by', 401, body('SIGN_ERROR'), { date: Number.NaN }, 'signature_refused'],
    ['a permission of the merchant', 403, body('NO_AUTH'), {}, 'permission_missing'],
    [
      'a platform key that we chose',
      400,
      body('PARAM_ERROR', '平台证书序列号Wechatpay-Serial错误'),
      {},
      'platform_key_refused',
    ],
  ])('ours: %s', (_, status, answer, more, reason) => {
    const error = refused(answer, [], status, more);
    expect(error).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      status: 503,
      retryable: true,
      retryAfter: 60,
      reason,
      requestId: 'REQ-1',
      detail: undefined,
    });
    // The operator is told what WeChat Pay said, the caller is not.
    expect(error.cause).toMatchObject({ name: answer.code, message: answer.message });
    expect(error.message).not.toContain(answer.message);
  });

  it.each([
    [
      'a platform key that the caller chose',
      400,
      body('PARAM_ERROR', 'Wechatpay-Serial错误'),
      { callersKey: true },
    ],
    ['the name of our header with another status', 404, body('PARAM_ERROR', 'Wechatpay-Serial错误'), {}],
    ['the name of our header under another code', 400, body('INVALID_REQUEST', 'Wechatpay-Serial错误'), {}],
    ['any other parameter, however late it is', 400, body('PARAM_ERROR'), LATE],
    ['another 403', 403, body('NOT_ENOUGH'), {}],
    ['NO_AUTH with another status', 400, body('NO_AUTH'), {}],
  ])('the caller’s: %s', (_, status, answer, more) => {
    expect(refused(answer, [], status, more)).toMatchObject({
      code: answer.code,
      status,
      retryable: false,
      reason: 'wechatpay_refused',
    });
  });

  it('a caller that sends our header’s name as a value cannot make its own refusal ours', () => {
    const answer = body('PARAM_ERROR', 'plan_id Wechatpay-Serial 错误');
    expect(refused(answer, [{ plan_id: 'Wechatpay-Serial' }])).toMatchObject({
      reason: 'wechatpay_refused',
      said: WITHHELD,
    });
  });

  it('each row has what the caller gets, or passes through, and says where it comes from', () => {
    for (const { whose, code, source } of REFUSALS) {
      expect(code === undefined).toBe(whose === 'the caller’s');
      if (whose === 'ours') expect(code).toBe('SERVICE_UNAVAILABLE');
      expect(new URL(source).protocol).toBe('https:');
    }
  });
});

describe('refusal withholds what quotes what was submitted', () => {
  const BODY = {
    plan_id: '97619',
    bank_type: 'CMC',
    identity: { real_name: '张三', id_card_number: '11010119900307757X' },
  };

  it('as a whole: message, issue, field', () => {
    const detail = { field: '/body/11010119900307757x', issue: '张三 is wrong', location: 'body' };
    const error = refused({ code: 'PARAM_ERROR', message: '证件号 11010119900307757X 有误', detail }, [BODY]);
    expect(error).toMatchObject({ code: 'PARAM_ERROR', said: WITHHELD, detail: { location: 'body' } });
  });

  it('from the operator, too, when the trouble is ours', () => {
    const error = refused({ code: 'SIGN_ERROR', message: '签名错误 11010119900307757X' }, [BODY], 401);
    expect(error.cause).toMatchObject({ name: 'SIGN_ERROR', message: WITHHELD.en });
  });

  it('and passes on a message of 512 characters, in one line', () => {
    const message = `${'错'.repeat(250)} \r\n ${'误'.repeat(261)}`;
    expect(refused({ code: 'PARAM_ERROR', message }).message).toBe(message.replace(' \r\n ', ' '));
  });

  it('and passes on what does not, the names of members included', () => {
    const detail = { field: '/body/identity/id_card_number', issue: 'is wrong', location: 'body' };
    const answer = { code: 'PARAM_ERROR', message: '签约模板非法，请检查plan_id\t', detail };
    expect(refused(answer, [BODY])).toMatchObject({ message: '签约模板非法，请检查plan_id', detail });
  });

  it.each([
    ['a code that is the number', { code: 'CANARY19900307757X', message: 'm' }],
    ['a code that holds half of it', { code: 'BAD_19900307_ID', message: 'm' }],
  ])('an answer with %s is no verdict', (_, answer) => {
    const error = refused(answer, [{ id: 'CANARY19900307757X' }]);
    expect(error).toMatchObject({ code: 'BAD_GATEWAY', reason: 'wechatpay_malformed' });
  });

  it('a documented code is passed on, whatever was submitted', () => {
    expect(refused({ code: 'INVALID_REQUEST', message: 'm' }, ['INVALID_REQUEST'])).toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  it.each([
    ['too long', 'm'.repeat(513)],
    ['unreadable', 'a\u0000b'],
    ['meant for a terminal', '\u001b[2Kok'],
    ['written backwards', 'a\u202eb'],
    ['half a character', 'a\ud83d'],
  ])('a message that is %s stays inside', (_, message) => {
    expect(refused({ code: 'PARAM_ERROR', message }).said).toBe(WITHHELD);
  });

  it.each([
    ['field', 'a b'],
    ['field', 'x'.repeat(129)],
    ['issue', 'x'.repeat(257)],
    ['issue', 'a\u0007'],
    ['location', 'body/1'],
    ['location', 'x'.repeat(33)],
  ])('a %s that is none (%j) stays inside', (name, value) => {
    const answer = {
      code: 'PARAM_ERROR',
      message: 'm',
      detail: { field: '/f', issue: 'i', location: 'body', [name]: value },
    };
    const { [name]: _, ...others } = { field: '/f', issue: 'i', location: 'body' } as Record<string, string>;
    expect(refused(answer).detail).toEqual(others);
  });

  it('whatever it is and however often it is quoted', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 });
    const quoting = (submitted: string[]) =>
      fc.array(fc.oneof(fc.constantFrom(...submitted), fc.string())).map((parts) => parts.join(''));
    const sample = fc.array(value, { minLength: 1, maxLength: 5 }).chain((submitted) =>
      fc.record({
        submitted: fc.constant(submitted),
        message: quoting(submitted),
        detail: fc.record({
          field: quoting(submitted),
          issue: quoting(submitted),
          location: quoting(submitted),
          value: quoting(submitted),
        }),
      }),
    );
    fc.assert(
      fc.property(sample, ({ submitted, message, detail }) => {
        const error = refused({ code: 'PARAM_ERROR', message, detail }, submitted);
        const texts = [error.message, ...stringsIn(error.detail)].filter((text) => text !== WITHHELD.en);
        expect(submitted.filter((one) => texts.some((text) => text.includes(one)))).toEqual([]);
      }),
    );
  });
});

describe('refusal takes nothing else for a verdict', () => {
  it.each([
    ['nothing', ''],
    ['HTML', '<html>405</html>'],
    ['null', 'null'],
    ['a string', '"PARAM_ERROR"'],
    ['an array', [{ code: 'PARAM_ERROR', message: 'm' }]],
    ['an empty object', {}],
    ['no code', { message: 'm' }],
    ['no message', { code: 'PARAM_ERROR' }],
    ['a numeric code', { code: 40001, message: 'm' }],
    ['a list of codes', { code: ['BAD_THING'], message: 'm' }],
    ['a code of another style', { code: 'param error', message: 'm' }],
    ['an endless code', { code: 'A'.repeat(65), message: 'm' }],
    ['a message that is none', { code: 'PARAM_ERROR', message: { zh: 'm' } }],
    ['half a body', '{"code":"PARAM_ERROR","mess'],
    ['bytes', Buffer.from([0xff, 0xfe])],
  ])('a 4xx with %s is a BAD_GATEWAY', (_, body) => {
    expect(refused(body)).toMatchObject({
      code: 'BAD_GATEWAY',
      status: 502,
      reason: 'wechatpay_malformed',
      retryable: true,
      requestId: 'REQ-1',
    });
  });

  it.each([0, 100, 301, 302, 304])('a %i is a BAD_GATEWAY even in the right shape', (status) => {
    const error = refused({ code: 'PARAM_ERROR', message: 'm' }, [], status);
    expect(error).toMatchObject({ code: 'BAD_GATEWAY', reason: 'wechatpay_malformed' });
  });

  it.each([
    [429, undefined, 'RATELIMIT_EXCEEDED', 'wechatpay_rate_limited', 1],
    [429, '30', 'RATELIMIT_EXCEEDED', 'wechatpay_rate_limited', 30],
    [500, undefined, 'BAD_GATEWAY', 'wechatpay_server_error', undefined],
    [502, '30', 'BAD_GATEWAY', 'wechatpay_server_error', undefined],
    [503, undefined, 'SERVICE_UNAVAILABLE', 'wechatpay_server_error', 1],
    [503, '30', 'SERVICE_UNAVAILABLE', 'wechatpay_server_error', 30],
    [504, undefined, 'BAD_GATEWAY', 'wechatpay_server_error', undefined],
  ])('%i with Retry-After %s is %s', (status, header, code, reason, retryAfter) => {
    const headers = { 'request-id': 'REQ-1', ...(header === undefined ? {} : { 'retry-after': header }) };
    const body = { code: 'SECRET_CODE', message: 'secret', detail: { field: 'secret' } };
    const error = refusal(responseOf(status, body, headers), { submitted: [] }, NOW);
    expect(error).toMatchObject({ code, reason, retryAfter, retryable: true, requestId: 'REQ-1' });
    expect(JSON.stringify([error.message, error.detail])).not.toContain('secret');
  });
});
