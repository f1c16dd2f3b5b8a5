import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { type ContractEndpoint, defineContractEndpoint } from '../../lib/contract-endpoint.ts';
import { answerText, code, inPath, sensitive, text } from '../../lib/schema.ts';

const meta = { description: 'It.', examples: ['1'] as [string] };
const good: ContractEndpoint = {
  name: 'aQuery',
  method: 'GET',
  path: '/v3/users/{openid}/contracts/{id}',
  summary: 'Look up something',
  documentation: 'https://pay.weixin.qq.com/doc/v3/partner/0000000000',
  parameters: {
    path: z.strictObject({ id: inPath(32, meta), openid: inPath(32, meta) }),
    query: z.strictObject({ plan_id: z.optional(text(32, meta)) }),
  },
  response: z.looseObject({ contract_id: answerText(meta) }),
};
const withPath = (path: z.ZodMiniType<Record<string, string | undefined>>): ContractEndpoint => ({
  ...good,
  parameters: { ...good.parameters, path },
});

describe('a contract endpoint', () => {
  it('is what it was defined as, with an answer or without', () => {
    expect(defineContractEndpoint(good)).toBe(good);
    const { response: _, ...end } = good;
    expect(defineContractEndpoint(end)).toBe(end);
  });

  it.each<[string, string, ContractEndpoint]>([
    [
      'a name of the path without a schema',
      'the path names {openid,id}, the schema {id}',
      withPath(z.strictObject({ id: inPath(32, meta) })),
    ],
    [
      'a schema without a name in the path',
      'the path names {openid}',
      { ...good, path: '/v3/users/{openid}' },
    ],
    [
      'a parameter of the path that may be absent',
      '{openid} is to be made by inPath',
      withPath(z.strictObject({ id: inPath(32, meta), openid: z.optional(inPath(32, meta)) }) as never),
    ],
    [
      'one that may hold a slash',
      '{openid} is to be made by inPath',
      withPath(
        z.strictObject({ id: inPath(32, meta), openid: code(32, /^[a-z/]+$/, { zh: 'x', en: 'x' }, meta) }),
      ),
    ],
    [
      'one that may hold whatever text',
      '{openid} is to be made by inPath',
      withPath(z.strictObject({ id: inPath(32, meta), openid: text(32, meta) })),
    ],
    [
      'parameters that let others pass',
      'parameters are a z.strictObject of texts',
      {
        ...good,
        parameters: { ...good.parameters, query: z.looseObject({ plan_id: text(32, meta) }) as never },
      },
    ],
    [
      'a parameter that is no text',
      'parameters are a z.strictObject of texts',
      {
        ...good,
        parameters: { ...good.parameters, query: z.strictObject({ plan: z.array(text(32, meta)) }) as never },
      },
    ],
    [
      'an answer that could refuse a new member',
      'a response is made of z.looseObject',
      { ...good, response: z.strictObject({ id: answerText(meta) }) },
    ],
  ])('is refused with %s, in a sentence with its name', (_, problem, endpoint) => {
    expect(() => defineContractEndpoint(endpoint)).toThrow(TypeError);
    expect(() => defineContractEndpoint(endpoint)).toThrow(problem);
    expect(() => defineContractEndpoint(endpoint)).toThrow(': aQuery');
  });

  // Nothing would encrypt it: a URL is sent as it is.
  it('is refused with a parameter that is to be encrypted', () => {
    const query = z.strictObject({ name: sensitive(32, meta) });
    expect(() => defineContractEndpoint({ ...good, parameters: { ...good.parameters, query } })).toThrow(
      'nothing encrypts a parameter',
    );
  });
});
