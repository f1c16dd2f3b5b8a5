/** The contract endpoints' part of the OpenAPI document. */
import type { ContractEndpoint } from '../contract-endpoint.ts';
import { pascal } from '../endpoint.ts';
import { CATALOGUE, type Code } from '../errors.ts';
import { readTree } from '../schema-tree.ts';
import { exampleOf } from './endpoints.ts';
import { type Json, ref, schemaOf } from './json-schema.ts';

/** Those of our errors that have nothing to do with a body. */
const ERRORS: readonly Code[] = [
  'PARAM_ERROR',
  'NO_AUTH',
  'RATELIMIT_EXCEEDED',
  'SYSTEM_ERROR',
  'BAD_GATEWAY',
  'SERVICE_UNAVAILABLE',
  'GATEWAY_TIMEOUT',
];
const errors = Object.fromEntries(
  ERRORS.map((code) => [String(CATALOGUE[code].status), ref('responses', code)]),
);
const headers: Json = { 'Request-ID': ref('headers', 'RequestId') };

const parametersIn = (
  place: 'path' | 'query',
  parameters: ContractEndpoint['parameters']['path'],
): Json[] => {
  const tree = readTree(parameters);
  if (tree.kind !== 'object') return [];
  return [...tree.members].map(([name, { schema, isOptional }]) => {
    const { description, examples: _, ...type } = schemaOf(schema);
    return { name, in: place, required: !isOptional, description, schema: type, example: exampleOf(schema) };
  });
};

const answersOf = ({ name, response }: ContractEndpoint): Json =>
  response === undefined
    ? { 204: { description: 'Done, and WeChat Pay’s signature verified.', headers } }
    : {
        200: {
          description: "WeChat Pay's answer, its signature verified. WeChat Pay may add members.",
          headers,
          content: {
            'application/json': {
              schema: ref('schemas', `${pascal(name)}Answer`),
              example: exampleOf(response),
            },
          },
        },
      };

const operation = (endpoint: ContractEndpoint): Json => ({
  operationId: endpoint.name,
  summary: endpoint.summary,
  externalDocs: { description: "WeChat Pay's page (Chinese)", url: endpoint.documentation },
  parameters: [
    ref('parameters', 'Mchid'),
    ref('parameters', 'AcceptLanguage'),
    ...parametersIn('path', endpoint.parameters.path),
    ...parametersIn('query', endpoint.parameters.query),
  ],
  responses: { ...answersOf(endpoint), ...errors, '4XX': ref('responses', 'RefusedByWechatPay') },
});

export const contractPaths = (endpoints: readonly ContractEndpoint[]): Json =>
  Object.fromEntries(
    endpoints.map((endpoint) => [endpoint.path, { [endpoint.method.toLowerCase()]: operation(endpoint) }]),
  );

export const contractSchemas = (endpoints: readonly ContractEndpoint[]): Json =>
  Object.fromEntries(
    endpoints.flatMap(({ name, response }) =>
      response === undefined ? [] : [[`${pascal(name)}Answer`, schemaOf(response)]],
    ),
  );
