import { describe, expect, it } from '@jest/globals';
import {
  asPresignError,
  CATALOGUE,
  type Code,
  type Detail,
  errorBody,
  fault,
  PresignError,
} from '../../lib/errors.ts';

describe('fault', () => {
  it.each(Object.keys(CATALOGUE) as Code[])('%s is what the catalogue says', (code) => {
    const error = fault(code, 'internal');
    expect(error).toBeInstanceOf(PresignError);
    const { status, retryable, message } = CATALOGUE[code];
    expect(error).toMatchObject({
      code,
      status,
      retryable,
      said: message,
      message: message.en,
      reason: 'internal',
    });
    expect([error.detail, error.retryAfter, error.requestId, error.cause]).toEqual(Array(4).fill(undefined));
  });

  it('carries what it is given', () => {
    const extra = {
      said: { en: 'Ours.', zh: '我们的。' },
      detail: { field: '/a' },
      retryAfter: 3,
      requestId: 'REQ-1',
      cause: new Error('x'),
    };
    expect(fault('PARAM_ERROR', 'request_invalid', extra)).toMatchObject(extra);
  });
});

describe('the catalogue', () => {
  it('calls retryable what a later attempt may mend: 409, 429 and everything from 500', () => {
    const entries = Object.values(CATALOGUE);
    expect(
      entries.filter(({ status, retryable }) => retryable !== ([409, 429].includes(status) || status >= 500)),
    ).toEqual([]);
  });
});

describe('asPresignError', () => {
  it('leaves an error of ours alone', () => {
    const error = fault('NO_AUTH', 'merchant_unknown');
    expect(asPresignError(error)).toBe(error);
  });

  it.each([new Error('secret'), 'secret', undefined, null, { code: 'NO_AUTH', status: 403 }])(
    'makes a SYSTEM_ERROR of %p that tells a caller nothing of it',
    (thrown) => {
      const error = asPresignError(thrown);
      expect(error).toMatchObject({ code: 'SYSTEM_ERROR', status: 500, reason: 'internal' });
      expect(error.cause).toBe(thrown);
      expect(errorBody(error, 'en')).toEqual({
        code: 'SYSTEM_ERROR',
        message: CATALOGUE.SYSTEM_ERROR.message.en,
      });
    },
  );
});

describe.each(['zh', 'en'] as const)('errorBody in %s', (language) => {
  const { [language]: message } = CATALOGUE.PARAM_ERROR.message;
  const words = { zh: '不能为空', en: 'must not be empty' };

  it('is code and message, with the detail only when there is one', () => {
    const extra = { retryAfter: 3, requestId: 'REQ-1', cause: new Error('secret') };
    const body = { code: 'PARAM_ERROR', message };
    expect(errorBody(fault('PARAM_ERROR', 'request_invalid', extra), language)).toEqual(body);
    const detail = { field: '/a', issue: words, location: 'body' };
    const told = { ...detail, issue: words[language] };
    const ours = (given: Detail | Detail[]) =>
      errorBody(fault('PARAM_ERROR', 'request_invalid', { ...extra, detail: given }), language);
    expect(ours(detail)).toEqual({ ...body, detail: told });
    expect(ours([detail, detail])).toEqual({ ...body, detail: [told, told] });
    expect(Object.keys(told)).toEqual(['field', 'issue', 'location']);
  });

  it('is WeChat Pay’s own words, whatever language they are in', () => {
    const answer = { code: 'INVALID_REQUEST', status: 400, retryable: false, message: '参数错误' };
    const error = new PresignError(answer, 'wechatpay_refused', { detail: { issue: 'too long' } });
    expect(errorBody(error, language)).toEqual({
      code: 'INVALID_REQUEST',
      message: '参数错误',
      detail: { issue: 'too long' },
    });
  });
});
