import type { ContractEndpoint } from '../contract-endpoint.ts';
import { type Endpoint, pascal } from '../endpoint.ts';
import { CATALOGUE, type Code, errorBody, fault } from '../errors.ts';
import { requestId } from '../events/contract.ts';
import { LANGUAGES, TAGS } from '../language.ts';
import { MCHID } from '../merchants/record.ts';
import { notOfType } from '../rules.ts';
import { PLATFORM_KEY_ID } from '../wechatpay/platform-keys.ts';
import { VERSION } from '../wechatpay/version.ts';
import { exampleOf } from './endpoints.ts';
import { errorSchema, type Json, ref, schemaOf } from './json-schema.ts';
import { launchExample, launchSchema } from './launch.ts';
import { contractPaths, contractSchemas } from './openapi-contracts.ts';

/** An answer in each language that callers may ask for. */
const errorExamples = (code: Code): Json => {
  const detail = { field: '/openid', issue: notOfType('string'), location: 'body' };
  const error = fault(code, 'internal', code === 'PARAM_ERROR' ? { detail } : {});
  return Object.fromEntries(
    LANGUAGES.map((language) => [TAGS[language], { value: errorBody(error, language) }]),
  );
};

/** On what is remembered: WeChat Pay's word, for good. */
const REPLAYED: Json = { 'Idempotent-Replayed': ref('headers', 'IdempotentReplayed') };

const RETRY_LATER: ReadonlySet<Code> = new Set([
  'RATELIMIT_EXCEEDED',
  'REQUEST_IN_PROGRESS',
  'SERVICE_UNAVAILABLE',
]);

const errorResponse = (code: Code): Json => ({
  description: CATALOGUE[code].message.en,
  headers: {
    'Request-ID': ref('headers', 'RequestId'),
    'Content-Language': ref('headers', 'ContentLanguage'),
    ...(RETRY_LATER.has(code) ? { 'Retry-After': ref('headers', 'RetryAfter') } : {}),
    // WeChat Pay's own refusals come under this status too.
    ...(code === 'PARAM_ERROR' ? REPLAYED : {}),
  },
  content: { 'application/json': { schema: ref('schemas', 'Error'), examples: errorExamples(code) } },
});

const codes = Object.keys(CATALOGUE) as Code[];
const errorResponses = Object.fromEntries(codes.map((code) => [code, errorResponse(code)]));
const errorReferences = Object.fromEntries(
  codes.map((code) => [String(CATALOGUE[code].status), ref('responses', code)]),
);

const operation = ({ name, summary, documentation, request, response, launch }: Endpoint): Json => ({
  operationId: name,
  summary,
  externalDocs: { description: "WeChat Pay's page (Chinese)", url: documentation },
  parameters: ['Mchid', 'Serial', 'IdempotencyKey', 'AcceptLanguage'].map((one) => ref('parameters', one)),
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: {
          anyOf: [
            ref('schemas', `${pascal(name)}Request`),
            {
              ...ref('schemas', `${pascal(name)}EncryptedRequest`),
              description: 'Together with Wechatpay-Serial.',
            },
          ],
        },
        example: exampleOf(request),
      },
    },
  },
  responses: {
    200: {
      description: "WeChat Pay's answer, its signature verified. WeChat Pay may add members.",
      headers: { 'Request-ID': ref('headers', 'RequestId'), ...REPLAYED },
      content: {
        'application/json': {
          schema: ref('schemas', `${pascal(name)}Answer`),
          example: { ...(exampleOf(response) as object), ...launchExample({ launch }) },
        },
      },
    },
    ...errorReferences,
    '4XX': ref('responses', 'RefusedByWechatPay'),
  },
});

/** WeChat Pay's answer and our member in it. */
const answered = ({ response, launch }: Endpoint): Json => {
  const { properties, required, ...json } = schemaOf(response) as { properties: Json; required: string[] };
  const ours = launchSchema({ launch });
  return {
    ...json,
    properties: { ...properties, ...ours },
    required: [...required, ...Object.keys(ours)],
  };
};

const schemas = (endpoints: readonly Endpoint[]): Json =>
  Object.fromEntries(
    endpoints.flatMap((endpoint) => [
      [`${pascal(endpoint.name)}Request`, schemaOf(endpoint.request)],
      [`${pascal(endpoint.name)}EncryptedRequest`, schemaOf(endpoint.encryptedRequest)],
      // Not …Response: generators of clients like to name what they make themselves so.
      [`${pascal(endpoint.name)}Answer`, answered(endpoint)],
    ]),
  );

const error = errorSchema({
  field: 'JSON pointer into the body, or the name of a header or parameter.',
  location: 'body, header, path or query; WeChat Pay may name other places.',
});

const { description: _, examples: __, ...idempotencyKey } = schemaOf(requestId);

const parameters: Json = {
  Mchid: {
    name: 'Wechatpay-Mchid',
    in: 'header',
    required: false,
    description: 'The merchant to sign as; without it the default merchant of the deployment.',
    schema: { type: 'string', pattern: MCHID.source },
    example: '1900000001',
  },
  Serial: {
    name: 'Wechatpay-Serial',
    in: 'header',
    required: false,
    description:
      'Only when the caller has encrypted the sensitive fields itself: the platform certificate serial (in either case of hex) or public-key id it used. The fields are then passed on as they are.',
    schema: { type: 'string', pattern: PLATFORM_KEY_ID.source },
    example: 'PUB_KEY_ID_0114232134912410000000000000',
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      "The caller's own id of this request, unique per endpoint and merchant; an event's request_id is the same. For 15 days the same key with the same body is one request: WeChat Pay's final answer is replayed, and after 429, 5xx or a time-out WeChat Pay is sent the same bytes again. It is logged, so it must not be personal data.",
    schema: idempotencyKey,
    example: exampleOf(requestId),
  },
  AcceptLanguage: {
    name: 'Accept-Language',
    in: 'header',
    required: false,
    description:
      'The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.',
    schema: { type: 'string', default: TAGS[LANGUAGES[0]] },
    example: 'en',
  },
};

const headers: Json = {
  RequestId: {
    description: "WeChat Pay's Request-ID when it answered, else that of the Lambda invocation.",
    schema: { type: 'string' },
  },
  RetryAfter: {
    description: 'Seconds to wait before the same request is sent again.',
    schema: { type: 'integer' },
  },
  ContentLanguage: {
    description:
      "The language of an error's message and issue, when they are ours. What WeChat Pay said comes without it.",
    schema: { type: 'string', enum: LANGUAGES.map((language) => TAGS[language]) },
  },
  IdempotentReplayed: {
    description:
      'Only with Idempotency-Key, when the answer is a remembered one: WeChat Pay was not asked again. It has the documented members alone.',
    schema: { type: 'string', const: 'true' },
  },
};

/** The OpenAPI 3.1 document of the endpoints, made of nothing but their schemas and the error catalogue. */
export const openApi = (
  endpoints: readonly Endpoint[],
  contractEndpoints: readonly ContractEndpoint[],
): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'wechatpay-presign',
    version: VERSION,
    summary: 'WeChat Pay pre-sign and contract endpoints, signed with merchant keys in AWS KMS',
    description: 'Paths and bodies are those of WeChat Pay, with the sensitive fields in plaintext.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    {
      url: 'https://{api}.execute-api.{region}.{suffix}',
      variables: {
        api: { default: 'API_ID' },
        region: { default: 'cn-north-1' },
        suffix: { default: 'amazonaws.com.cn', enum: ['amazonaws.com.cn', 'amazonaws.com'] },
      },
      description: 'As deployed',
    },
    { url: 'http://127.0.0.1:3000', description: '`npm start`; calls are signed only with `--iam`' },
  ],
  security: [{ iam: [] }],
  paths: {
    ...Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, { post: operation(endpoint) }])),
    ...contractPaths(contractEndpoints),
  },
  components: {
    schemas: { ...schemas(endpoints), ...contractSchemas(contractEndpoints), Error: error },
    parameters,
    headers,
    responses: {
      ...errorResponses,
      RefusedByWechatPay: {
        description:
          'WeChat Pay refused the request: its own status and code, and its message unless that quotes the request.',
        headers: {
          'Request-ID': ref('headers', 'RequestId'),
          'Content-Language': ref('headers', 'ContentLanguage'),
          ...REPLAYED,
        },
        content: {
          'application/json': {
            schema: ref('schemas', 'Error'),
            example: { code: 'INVALID_REQUEST', message: 'plan_id does not belong to this merchant' },
          },
        },
      },
    },
    securitySchemes: {
      iam: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description:
          'AWS Signature Version 4 for the service `execute-api` and the Region of the deployment, by a principal that may execute-api:Invoke. In Postman choose "AWS Signature".',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
    },
  },
});
