import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { endpointsIn, exampleOf } from '../../lib/documents/endpoints.ts';
import { openApi } from '../../lib/documents/openapi.ts';
import { checkBody } from '../../lib/validate.ts';

type Document = {
  components: Record<'schemas' | 'parameters' | 'responses', Record<string, object>>;
  paths: Record<string, { post: { parameters: object[]; responses: object } }>;
};

const endpoints = await endpointsIn();
const document = openApi(endpoints) as unknown as Document;
const committed = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');

// That the file is what the schemas say is a matter of generated.test.ts.
describe('docs/openapi.json', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(JSON.parse(committed));
    expect(result).toMatchObject({ valid: true });
  });

  it('tells what an Idempotency-Key is, and every answer it may bring', () => {
    const { components, paths } = document;
    const { parameters, responses } = components;
    expect(parameters['IdempotencyKey']).toMatchObject({
      name: 'Idempotency-Key',
      schema: { type: 'string', minLength: 1, maxLength: 64, pattern: '^[!-~]+$' },
    });
    const replayed = { 'Idempotent-Replayed': expect.anything() };
    for (const { post } of Object.values(paths)) {
      expect(post.parameters).toContainEqual({ $ref: '#/components/parameters/IdempotencyKey' });
      expect(post.responses).toMatchObject({
        200: { headers: replayed },
        409: { $ref: '#/components/responses/REQUEST_IN_PROGRESS' },
        422: { $ref: '#/components/responses/REQUEST_ID_REUSED' },
      });
    }
    expect(responses).toMatchObject({
      PARAM_ERROR: { headers: replayed },
      RefusedByWechatPay: { headers: replayed },
      REQUEST_IN_PROGRESS: { headers: { 'Retry-After': expect.anything() } },
    });
  });

  it('has every endpoint at WeChat Pay’s own path', () => {
    expect(Object.keys(document.paths).sort()).toEqual([
      '/v3/ecommerce/individual-contracts/pre-entrust-sign-with-real-name-identity/mini-program',
      '/v3/eduschoolpay/contracts/presign',
      '/v3/vehicle/etc/preopen',
    ]);
  });
});

describe.each(endpoints)('the JSON Schema of $name', ({ name, request, response }) => {
  const ajv = new Ajv2020({ strict: false });
  const pascal = name.charAt(0).toUpperCase() + name.slice(1);
  const compile = (kind: string) => ajv.compile(document.components.schemas[pascal + kind] ?? false);

  it('accepts the example, and refuses it with a member too many or one too few', () => {
    const accepts = compile('Request');
    const example = exampleOf(request) as Record<string, unknown>;
    expect(accepts(example)).toBe(true);
    expect(accepts({ ...example, nonsense: 'x' })).toBe(false);
    const { openid: _, ...incomplete } = example;
    expect(accepts(incomplete)).toBe(false);
  });

  it('tells in words what WeChat Pay cannot take: characters of four bytes', () => {
    const schema = document.components.schemas[`${pascal}Request`] as {
      properties: { openid: { description: string } };
    };
    expect(schema.properties.openid.description).toContain('No characters of four UTF-8 bytes');
    expect(() => checkBody(request, { ...(exampleOf(request) as object), openid: 'o😀' })).toThrow();
  });

  it('takes plaintext or ciphertext, never one for the other', () => {
    expect(compile('EncryptedRequest')(exampleOf(request))).toBe(false);
  });

  it('describes the answer', () => {
    expect(compile('Response')(exampleOf(response))).toBe(true);
    expect(compile('Response')({})).toBe(false);
  });
});

it('demands identity and bank_card in the campus card modes, as the validation does', () => {
  const accepts = new Ajv2020({ strict: false }).compile(
    document.components.schemas['EduschoolpayContractsPresignRequest'] ?? false,
  );
  const campus = endpoints.find(({ name }) => name === 'eduschoolpayContractsPresign');
  const { identity: _, ...withoutIdentity } = exampleOf(campus?.request as never) as Record<string, unknown>;
  expect(accepts({ ...withoutIdentity, contract_mode: 'LIMIT_BANK_CARD' })).toBe(false);
  expect(accepts({ ...withoutIdentity, contract_mode: 'DEFAULT' })).toBe(true);
});
