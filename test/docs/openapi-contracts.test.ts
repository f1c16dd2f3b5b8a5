import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { contractEndpointsIn, exampleOf } from '../../lib/documents/endpoints.ts';
import { openApi } from '../../lib/documents/openapi.ts';
import { contractStandInOf } from '../aws/stand-ins.ts';

type Parameter = { name: string; in: string; required: boolean; schema: object; example: unknown };
type Operation = {
  operationId: string;
  requestBody?: object;
  parameters: (Parameter | { $ref: string })[];
  responses: Record<string, { content?: object; $ref?: string }>;
};
type Document = {
  components: { schemas: Record<string, object> };
  paths: Record<string, Record<string, Operation>>;
};

const endpoints = await contractEndpointsIn();
const { components, paths } = openApi([], endpoints) as unknown as Document;

describe.each(endpoints)('the OpenAPI entry of $name', (endpoint) => {
  const { name, method, path, response } = endpoint;
  const [[verb, operation] = ['', undefined], ...others] = Object.entries(paths[path] ?? {});
  const ajv = new Ajv2020({ strict: false });

  it('is one operation under WeChat Pay’s own method, without a body', () => {
    expect(others).toEqual([]);
    expect(verb).toBe(method.toLowerCase());
    expect(operation).toMatchObject({ operationId: name });
    expect(operation).not.toHaveProperty('requestBody');
  });

  it('has the parameters that WeChat Pay knows, in its places, each with an example that it takes', () => {
    const written = (operation?.parameters ?? []).filter((one) => 'name' in one);
    const known = Object.entries(contractStandInOf(endpoint).parameters).flatMap(([place, members]) =>
      Object.entries(members).map(([parameter, { required = false }]) => [parameter, place, required]),
    );
    expect(written.map((one) => [one.name, one.in, one.required]).sort()).toEqual(known.sort());
    for (const { schema, example } of written) expect(ajv.compile(schema)(example)).toBe(true);
    expect(operation?.parameters).toContainEqual({ $ref: '#/components/parameters/Mchid' });
  });

  it('says what is answered, and none of the errors that a body alone can have', () => {
    const codes = Object.keys(operation?.responses ?? {});
    expect(codes.filter((code) => code.startsWith('2'))).toEqual([response === undefined ? '204' : '200']);
    expect(codes).toEqual(expect.arrayContaining(['400', '403', '429', '500', '502', '503', '504', '4XX']));
    for (const code of ['409', '413', '415', '422']) expect(codes).not.toContain(code);
    const schema = components.schemas[`${name.charAt(0).toUpperCase()}${name.slice(1)}Answer`];
    if (response === undefined) return expect(schema).toBeUndefined();
    expect(ajv.compile(schema ?? false)(exampleOf(response))).toBe(true);
    expect(ajv.compile(schema ?? false)({})).toBe(false);
  });
});
