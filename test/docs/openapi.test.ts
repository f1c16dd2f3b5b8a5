import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { endpointsIn, exampleOf } from '../../lib/documents/endpoints.ts';
import { launchExample } from '../../lib/documents/launch.ts';
import { openApi } from '../../lib/documents/openapi.ts';
import { CATALOGUE } from '../../lib/errors.ts';
import { checkBody } from '../../lib/validate.ts';
import { ENDPOINTS as STAND_INS } from '../../sandbox/endpoints.ts';
import { CONTRACT_ROUTES } from '../../sandbox/judge-contract.ts';
import { fieldsOf, replaced, without } from '../support/fields.ts';

type Document = {
  components: Record<'schemas' | 'parameters' | 'responses', Record<string, object>>;
  paths: Record<string, { post: { parameters: object[]; responses: object } }>;
};

/** The made-up ones have what no real one has: no sensitive field, arrays. */
const endpoints = [
  ...(await endpointsIn()),
  ...(await endpointsIn(new URL('../support/fixtures/functions/', import.meta.url))),
];
const document = openApi(endpoints, []) as unknown as Document;
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

  it('lets every caller choose a language, and shows each error of ours in all of them', () => {
    const { components, paths } = JSON.parse(committed) as Document;
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    expect(operations.length).toBeGreaterThan(endpoints.length);
    for (const { parameters } of operations)
      expect(parameters).toContainEqual({ $ref: '#/components/parameters/AcceptLanguage' });
    const { RefusedByWechatPay: _, ...ours } = components.responses;
    expect(Object.keys(ours)).toEqual(Object.keys(CATALOGUE));
    for (const [code, { zh, en }] of Object.entries(CATALOGUE).map(
      ([of, { message }]) => [of, message] as const,
    )) {
      const told = (message: string) => ({ value: expect.objectContaining({ code, message }) });
      expect(ours[code]).toMatchObject({
        headers: { 'Content-Language': expect.anything() },
        content: { 'application/json': { examples: { 'zh-CN': told(zh), en: told(en) } } },
      });
    }
  });

  it('has every endpoint at WeChat Pay’s own path', () => {
    const { paths } = JSON.parse(committed) as Document;
    const known = [...STAND_INS, ...CONTRACT_ROUTES].map(({ path }) => path);
    expect(Object.keys(paths).sort()).toEqual(known.sort());
  });
});

describe.each(endpoints)('the JSON Schema of $name', ({ name, request, response, sensitive, launch }) => {
  const ajv = new Ajv2020({ strict: false });
  const pascal = name.charAt(0).toUpperCase() + name.slice(1);
  const compile = (kind: string) => ajv.compile(document.components.schemas[pascal + kind] ?? false);

  it('accepts the example, and refuses it with a member too many or one too few', () => {
    const accepts = compile('Request');
    const example = exampleOf(request) as Record<string, unknown>;
    expect(accepts(example)).toBe(true);
    expect(accepts({ ...example, nonsense: 'x' })).toBe(false);
    const needed = fieldsOf(request).filter(({ required }) => required);
    for (const { pointer } of needed) expect(accepts(without(example, pointer))).toBe(false);
  });

  it('tells in words what WeChat Pay cannot take: characters of four bytes', () => {
    const schema = document.components.schemas[`${pascal}Request`] as {
      properties: Record<string, { type: string; description: string; pattern?: string; enum?: string[] }>;
    };
    const texts = Object.entries(schema.properties).filter(
      ([, { type, pattern, enum: list }]) => type === 'string' && pattern === undefined && list === undefined,
    );
    expect(texts.length).toBeGreaterThan(0);
    for (const [field, { description }] of texts) {
      expect(description).toContain('No characters of four UTF-8 bytes');
      expect(() => checkBody(request, replaced(exampleOf(request), `/${field}`, 'o😀'))).toThrow();
    }
  });

  it('takes plaintext or ciphertext, never one for the other', () => {
    expect(compile('EncryptedRequest')(exampleOf(request))).toBe(sensitive.length === 0);
  });

  it('describes the answer', () => {
    const answer = exampleOf(response) as object;
    expect(compile('Answer')({ ...answer, ...launchExample({ launch }) })).toBe(true);
    expect(compile('Answer')(answer)).toBe(launch === undefined);
    expect(compile('Answer')({})).toBe(false);
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
