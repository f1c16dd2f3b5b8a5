import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { refusal, retryAfterOf, stringsIn } from '../../../lib/wechatpay/refusal.ts';
import { responseOf } from '../support.ts';

const NOW = Date.parse('2026-06-15T00:00:00Z');
const refused = (body: unknown, submitted: readonly string[] = [], status = 400) =>
  refusal(responseOf(status, body, { 'request-id': 'REQ-1' }), submitted, NOW);

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

  it.each(['', 'soon', 'a while', '１２'])('%j is none', (value) => {
    expect(of(value)).toBeUndefined();
  });

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

describe('stringsIn', () => {
  it('finds every string at any depth, and no name of a member', () => {
    const value = { a: 'x', b: [{ c: 'y' }, 'z', 1, null, true], d: {}, e: '' };
    expect(stringsIn(value).sort()).toEqual(['', 'x', 'y', 'z']);
    expect([stringsIn(null), stringsIn(undefined), stringsIn(7)]).toEqual([[], [], []]);
  });
});

describe('refusal passes a 4xx of WeChat Pay through', () => {
  it.each([400, 401, 403, 404, 405, 409, 413, 499])('%i with its code, message and Request-ID', (status) => {
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
      code: 'SIGN_ERROR',
      message: '签名错误',
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

describe('refusal removes what was submitted', () => {
  it('also where one value contains another', () => {
    const error = refused({ code: 'PARAM_ERROR', message: '张三丰 and 张三, 138 and 13800138000' }, [
      '张三',
      '138',
      '13800138000',
      '张三丰',
      '',
    ]);
    expect(error.message).toBe('*** and ***, *** and ***');
  });

  it('also where it looks like a pattern', () => {
    const submitted = ['a.c', '$&', '(', '\\'];
    const error = refused({ code: 'PARAM_ERROR', message: 'abc a.c $& ( \\' }, submitted);
    expect(error.message).toBe('abc *** *** *** ***');
  });

  it('from message and detail, whatever it is and however often it is quoted', () => {
    // An asterisk would be found again in the very marks that replace it.
    const value = fc.string({ unit: 'grapheme', minLength: 1 }).filter((one) => !one.includes('*'));
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
        const texts = [error.message, ...stringsIn(error.detail)];
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
    const error = refusal(responseOf(status, body, headers), [], NOW);
    expect(error).toMatchObject({ code, reason, retryAfter, retryable: true, requestId: 'REQ-1' });
    expect(JSON.stringify([error.message, error.detail])).not.toContain('secret');
  });
});
