import { describe, expect, it } from '@jest/globals';
import { requestTarget } from '../../../lib/wechatpay/target.ts';
import { fc } from '../../support/fast-check.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const names = ['plan_id', 'plate_number', 'sub_mchid'];
const query = fc.record(Object.fromEntries(names.map((name) => [name, fc.option(text, { nil: undefined })])));

describe('the target of a request', () => {
  it('says whatever the parameters are, so that a server that decodes once reads just them', () => {
    fc.assert(
      fc.property(text, query, (openid, asked) => {
        const target = requestTarget('/v3/users/{openid}/contracts', { openid }, asked);
        expect(target).toMatch(/^[!-~]+$/);
        const [path = '', sent, ...more] = target.split('?');
        expect(more).toEqual([]);
        const [, v3, users, id = '', contracts, ...rest] = path.split('/');
        expect([v3, users, decodeURIComponent(id), contracts, rest]).toEqual([
          'v3',
          'users',
          openid,
          'contracts',
          [],
        ]);
        const pairs =
          sent === undefined ? [] : sent.split('&').map((pair) => pair.split('=').map(decodeURIComponent));
        expect(pairs).toEqual(Object.entries(asked).filter(([, value]) => value !== undefined));
        // The other way of reading a query, in which a plus is a blank.
        expect([...new URLSearchParams(sent)]).toEqual(pairs);
      }),
    );
  });

  it('has no question mark when nothing is asked', () => {
    expect(requestTarget('/v3/x/{id}', { id: '1' }, {})).toBe('/v3/x/1');
    expect(requestTarget('/v3/x/{id}', { id: '1' }, { sub_mchid: undefined })).toBe('/v3/x/1');
  });

  it('is percent-encoded once: what looks encoded is data', () => {
    expect(requestTarget('/v3/x', {}, { plate_number: '藏%20' })).toBe('/v3/x?plate_number=%E8%97%8F%2520');
  });

  it('is not made without a parameter of the path', () => {
    expect(() => requestTarget('/v3/x/{id}', {}, {})).toThrow('a path needs its id');
  });
});
