import { describe, expect, it } from '@jest/globals';
import { bodyOf, checkFields, targetOf, valuesOf } from '../../sandbox/console/form.ts';
import { curlOf, refusedFields } from '../../sandbox/console/sending.ts';
import { ENDPOINTS } from '../../sandbox/endpoints.ts';
import { EXAMPLES } from '../../sandbox/examples.ts';
import { tellEndpoints } from '../../sandbox/tell-endpoints.ts';
import type { ToldEndpoint } from '../../sandbox/told.ts';

const TOLD = tellEndpoints(ENDPOINTS);
const at = (path: string): ToldEndpoint => {
  const found = TOLD.find((one) => one.path === path);
  if (!found) throw new Error(`no ${path}`);
  return found;
};
const CAMPUS = at('/v3/eduschoolpay/contracts/presign');
const BY_USER = at('/v3/eduschoolpay/users/{openid}/contracts');
const example = valuesOf(EXAMPLES['/v3/eduschoolpay/contracts/presign'], '/body');
const check = (values: Record<string, string>) => checkFields(CAMPUS.body ?? [], '/body', values);

describe('what is entered', () => {
  it('becomes the body that it came from', () => {
    for (const { path, body = [], example: whole } of TOLD.filter((one) => one.example)) {
      const values = valuesOf(whole, '/body');
      expect([path, bodyOf(body, '/body', values), checkFields(body, '/body', values)]).toEqual([
        path,
        whole,
        {},
      ]);
    }
  });

  it('is held against each rule', () => {
    expect(check({ ...example, '/body/openid': '' })).toEqual({ '/body/openid': 'required' });
    expect(check({ ...example, '/body/openid': 'x'.repeat(129) })).toEqual({ '/body/openid': { max: 128 } });
    expect(check({ ...example, '/body/user_id': '-' })).toEqual({ '/body/user_id': 'pattern' });
    expect(check({ ...example, '/body/contract_mode': 'x' })).toEqual({ '/body/contract_mode': 'values' });
  });

  it('may leave out a part as a whole, but not half of it', () => {
    const without = Object.fromEntries(
      Object.entries(example).filter(([name]) => !name.startsWith('/body/identity/')),
    );
    expect(check(without)).toEqual({});
    expect(bodyOf(CAMPUS.body ?? [], '/body', without)).not.toHaveProperty('identity');
    const half = { ...without, '/body/identity/id_card_number': '1' };
    expect(Object.keys(check(half))).toEqual(['/body/identity/real_name', '/body/identity/credential_type']);
  });

  it('is percent-encoded in path and query', () => {
    const values = { '/path/openid': 'a/b?', '/query/plan_id': 'x&y=1', '/query/limit': '' };
    expect(targetOf(BY_USER, values)).toBe('/v3/eduschoolpay/users/a%2Fb%3F/contracts?plan_id=x%26y%3D1');
  });
});

describe('a refusal', () => {
  it.each([
    ['{"detail":{"field":"/body/a","issue":"is empty","location":"body"}}', { '/body/a': 'is empty' }],
    ['{"detail":{"field":"limit","issue":"is empty","location":"query"}}', { '/query/limit': 'is empty' }],
    // The product's own: below the body, and several at once.
    ['{"detail":{"field":"/a/b","issue":"is empty","location":"body"}}', { '/body/a/b': 'is empty' }],
    [
      '{"detail":[{"field":"/a","issue":"x","location":"body"},{"field":"/bodyguard","issue":"y","location":"body"}]}',
      { '/body/a': 'x', '/body/bodyguard': 'y' },
    ],
    // An event that tells of one.
    [
      '{"error":{"detail":{"field":"/body/a","issue":"is empty","location":"body"}}}',
      { '/body/a': 'is empty' },
    ],
    ['{"detail":{"field":"/body/a","issue":"is empty","location":null}}', { '/body/a': 'is empty' }],
    ['{"detail":{"location":null,"value":["/body/x"]}}', {}],
    ['{"detail":{"field":1,"issue":"x"}}', {}],
    ['{"code":"SYSTEM_ERROR"}', {}],
    ['<html>', {}],
    ['null', {}],
    ['', {}],
  ])('names the fields, where it does: %s', (text, fields) => {
    expect(refusedFields(text)).toEqual(fields);
  });
});

describe('curl', () => {
  it('survives quotes in the body', () => {
    const body = `{"a":"it's"}`;
    const call = { method: 'POST', target: '/v3/x', headers: { A: 'b' }, body };
    expect(curlOf(call, 'http://127.0.0.1:1')).toBe(
      `curl -i -X POST 'http://127.0.0.1:1/v3/x' \\\n  -H 'A: b' \\\n  --data-raw '{"a":"it'\\''s"}'`,
    );
  });
});
