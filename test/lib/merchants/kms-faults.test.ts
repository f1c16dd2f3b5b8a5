import { describe, expect, it } from '@jest/globals';
import { fault } from '../../../lib/errors.ts';
import { kmsFault } from '../../../lib/merchants/kms-faults.ts';

describe('kmsFault', () => {
  it('leaves an error of ours alone', () => {
    const ours = fault('NO_AUTH', 'merchant_unknown');
    expect(kmsFault(ours)).toBe(ours);
  });

  it.each([
    undefined,
    null,
    'text',
    {},
    new Error('x'),
    Object.assign(new Error('x'), { name: 'SomethingNewException' }),
  ])('makes kms_unavailable of %p', (thrown) => {
    const error = kmsFault(thrown);
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', reason: 'kms_unavailable', retryAfter: 5 });
    expect(error.cause).toBe(thrown);
  });
});
