import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import { PresignError } from '../../lib/errors.ts';
import { checkBody } from '../../lib/validate.ts';
import { fieldsOf, replaced, valueAt, without } from '../support/fields.ts';

type Fixture = { request: object; sensitive: string[]; optional: string[] };

const FUNCTIONS = new URL('../../functions/', import.meta.url);
const FIXTURES = new URL('../support/fixtures/requests/', import.meta.url);

const load = async (name: string): Promise<{ name: string; endpoint: Endpoint } & Fixture> => {
  const { endpoint } = (await import(new URL(`${name}.ts`, FUNCTIONS).href)) as { endpoint: Endpoint };
  const fixture = JSON.parse(await readFile(new URL(`${name}.json`, FIXTURES), 'utf8')) as Fixture;
  return { name, endpoint, ...fixture };
};
const files = (await readdir(FIXTURES)).filter((file) => file.endsWith('.json'));
const samples = await Promise.all(files.map((file) => load(file.replace('.json', ''))));

/** The longest value WeChat Pay documents, in characters; of a sensitive field, what one RSA block holds if no less. */
const LIMITS: Record<string, Record<string, number>> = {
  'vehicle-etc-preopen': {
    '/sp_appid': 32,
    '/sub_appid': 32,
    '/sub_mchid': 32,
    '/openid': 128,
    '/plan_id': 32,
    '/plate_number': 32,
    '/identify/encrypted_real_name': 214,
    '/identify/encrypted_credential_id': 214,
    '/identify/credential_type': 32,
    '/bank_card_no': 214,
  },
  'eduschoolpay-contracts-presign': {
    '/appid': 32,
    '/openid': 128,
    '/plan_id': 32,
    '/user_id': 32,
    '/school_id': 32,
    '/out_contract_code': 64,
    '/identity/real_name': 214,
    '/identity/credential_type': 32,
    '/identity/id_card_number': 214,
    '/bank_card/bank_card_no': 214,
    '/bank_card/phone': 214,
  },
  'individual-contracts-pre-entrust-sign': {
    '/appid': 32,
    '/out_contract_code': 128,
    '/openid': 64,
    '/real_name': 64,
    '/cred_id': 64,
  },
};

const pointersIn = (value: unknown, at = ''): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) => [
        `${at}/${name}`,
        ...pointersIn(member, `${at}/${name}`),
      ])
    : [];

/** `undefined` when the body is accepted. */
const detailOf = (endpoint: Endpoint, body: unknown): unknown => {
  try {
    checkBody(endpoint.request, body);
    return undefined;
  } catch (error) {
    if (error instanceof PresignError && error.code === 'PARAM_ERROR') return error.detail;
    throw error;
  }
};

/** Left out of a campus contract that is bound to a card, these two are missed. */
const CONDITIONAL = new Set(['/identity', '/bank_card']);
const isConditional = (name: string, pointer: string): boolean =>
  name === 'eduschoolpay-contracts-presign' && CONDITIONAL.has(pointer);

it('there is a sample for each endpoint', async () => {
  const names = (await readdir(FUNCTIONS)).map((file) => file.replace('.ts', ''));
  const endpoints = await Promise.all(
    names.map(async (name) => ({
      name,
      module: (await import(new URL(`${name}.ts`, FUNCTIONS).href)) as object,
    })),
  );
  const withEndpoint = endpoints.filter(({ module }) => 'endpoint' in module).map(({ name }) => name);
  expect(samples.map(({ name }) => name).sort()).toEqual(withEndpoint.sort());
});

describe.each(samples)('$name', ({ name, endpoint, request, sensitive, optional }) => {
  const pointers = pointersIn(request);
  const required = pointers.filter((pointer) => !optional.includes(pointer));

  it('accepts the documented sample, unchanged', () => {
    expect(checkBody(endpoint.request, request)).toEqual(request);
  });

  it('documents just the members of the sample', () => {
    expect(fieldsOf(endpoint.request).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('marks as sensitive what WeChat Pay wants encrypted, and nothing else', () => {
    const marked = fieldsOf(endpoint.request).filter((field) => field.sensitive);
    expect(marked.map(({ pointer }) => pointer)).toEqual(sensitive);
  });

  it.each(required)('needs %s', (pointer) => {
    const missing = {
      field: pointer,
      issue: expect.stringMatching(/^must be (?:present|one of)/),
      location: 'body',
    };
    expect(detailOf(endpoint, without(request, pointer))).toEqual(missing);
    expect(detailOf(endpoint, replaced(request, pointer, null))).toMatchObject({ field: pointer });
  });

  if (optional.length > 0) {
    it.each(optional)('does without %s, but not with null in its place', (pointer) => {
      const detail = detailOf(endpoint, without(request, pointer));
      if (isConditional(name, pointer)) expect(detail).toMatchObject({ field: pointer });
      else expect(detail).toBeUndefined();
      expect(detailOf(endpoint, replaced(request, pointer, null))).toMatchObject({ field: pointer });
    });

    it('does without all that is optional at once', () => {
      const least = optional.toReversed().reduce<object>(without, request);
      expect(pointersIn(least)).toEqual(required.filter((pointer) => valueAt(least, pointer) !== undefined));
      expect(detailOf(endpoint, least)).toBeUndefined();
    });
  }

  it.each(Object.entries(LIMITS[name] ?? {}))('takes %s up to %i characters', (pointer, most) => {
    expect(detailOf(endpoint, replaced(request, pointer, '1'.repeat(most)))).toBeUndefined();
    expect(detailOf(endpoint, replaced(request, pointer, '1'.repeat(most + 1)))).toEqual({
      field: pointer,
      issue: `must be at most ${most} characters long`,
      location: 'body',
    });
  });

  it.each(pointers)('refuses a wrong type, an unknown member beside, and emptiness of %s', (pointer) => {
    expect(detailOf(endpoint, replaced(request, pointer, 7))).toMatchObject({ field: pointer });
    expect(detailOf(endpoint, replaced(request, pointer, ''))).toMatchObject({ field: pointer });
    const parent = pointer.slice(0, pointer.lastIndexOf('/'));
    expect(detailOf(endpoint, replaced(request, `${parent}/unheard_of`, 'x'))).toMatchObject({
      field: parent,
    });
  });
});

describe('eduschoolpay-contracts-presign', () => {
  const campus = samples.find(({ name }) => name === 'eduschoolpay-contracts-presign');
  const bareWith = (mode: string | undefined): { endpoint: Endpoint; body: object } => {
    if (campus === undefined) throw new Error('the campus sample is gone');
    const bare = without(without(campus.request, '/identity'), '/bank_card');
    const body =
      mode === undefined ? without(bare, '/contract_mode') : replaced(bare, '/contract_mode', mode);
    return { endpoint: campus.endpoint, body };
  };

  it.each(['LIMIT_BANK_CARD', 'PRIORITY_BANK_CARD'])(
    'asks for the card and its owner when it is %s',
    (mode) => {
      const { endpoint, body } = bareWith(mode);
      for (const schema of [endpoint.request, endpoint.encryptedRequest]) {
        expect(schema.safeParse(body).error?.issues.map(({ path }) => path)).toEqual([
          ['identity'],
          ['bank_card'],
        ]);
      }
    },
  );

  it.each([undefined, 'DEFAULT'])('asks for neither when it is %s', (mode) => {
    const { endpoint, body } = bareWith(mode);
    expect(detailOf(endpoint, body)).toBeUndefined();
  });

  it.each(['00/28', '13/28', '8/28', '08/2028', '08-28', '08/28\n'])('takes no %j for a month', (value) => {
    if (campus === undefined) throw new Error('the campus sample is gone');
    const body = replaced(campus.request, '/bank_card/valid_thru', value);
    expect(detailOf(campus.endpoint, body)).toMatchObject({ field: '/bank_card/valid_thru' });
  });

  it.each(['a-b', 'a b', '学生', 'a_b'])('takes no %j for a student', (value) => {
    if (campus === undefined) throw new Error('the campus sample is gone');
    expect(detailOf(campus.endpoint, replaced(campus.request, '/user_id', value))).toMatchObject({
      field: '/user_id',
    });
  });
});
