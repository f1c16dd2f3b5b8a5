import type { Endpoint } from '../endpoint.ts';
import { errorBody, fault } from '../errors.ts';
import { detailType, type EventKind, requestedDetail, SOURCE } from '../events/contract.ts';
import { notOfType } from '../rules.ts';
import { exampleOf } from './endpoints.ts';
import { errorSchema, type Json, schemaOf } from './json-schema.ts';
import { launchExample, launchSchema } from './launch.ts';

const WECHATPAY_REQUEST_ID = '08F78BB4AF0610D302189C19202AFA9BF90128F8E2A204';

/** What EventBridge adds to an event on its way. */
export const ADDED: Json = {
  version: { type: 'string' },
  id: { type: 'string', description: "EventBridge's id of this event; another one when it is put again." },
  account: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
  region: { type: 'string' },
  resources: { type: 'array', items: { type: 'string' } },
};
export const ADDED_EXAMPLE: Json = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  account: '111122223333',
  time: '2026-11-21T06:00:00Z',
  region: 'cn-north-1',
  resources: [],
};

type Contract = { description: string; source: Json; detail: Json; examples: Json[]; required: string[] };

const contract = (endpoint: Endpoint, kind: EventKind, of: Contract): Json => {
  const type = detailType(endpoint, kind);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:wechatpay-presign:event:${type}`,
    title: type,
    description: of.description,
    type: 'object',
    required: ['detail-type', 'source', 'detail', ...of.required],
    properties: { ...ADDED, 'detail-type': { const: type }, source: of.source, detail: of.detail },
    examples: of.examples.map((example) => ({ 'detail-type': type, ...example })),
  };
};

const requested = (endpoint: Endpoint): Json => {
  const schema = requestedDetail(endpoint);
  return contract(endpoint, 'Requested', {
    description: `Asks for this: ${endpoint.summary}. Given to PutEvents as Source, DetailType and Detail (as JSON text); EventBridge adds the rest.`,
    required: [],
    source: {
      type: 'string',
      minLength: 1,
      not: { pattern: '^aws[.]' },
      description: 'Whoever asks; AWS keeps names that begin with aws. for itself.',
    },
    detail: schemaOf(schema),
    examples: [{ source: 'campus.enrolment', detail: exampleOf(schema) }],
  });
};

type End = { description: string; result: Json; ends: Json[]; required: string[] };

const outcome = (endpoint: Endpoint, kind: EventKind, of: End): Json => {
  const { request_id, mchid } = requestedDetail(endpoint).shape;
  const asked = { request_id: exampleOf(request_id), mchid: exampleOf(mchid) };
  return contract(endpoint, kind, {
    description: `${of.description} It may arrive more than once; members may be added to it.`,
    required: Object.keys(ADDED),
    source: { const: SOURCE },
    detail: {
      type: 'object',
      required: ['request_id', ...of.required],
      properties: {
        // Of any characters: an id that breaks the rules is answered by name as well.
        request_id: {
          type: 'string',
          minLength: 1,
          maxLength: 64,
          description: 'That of the request.',
          examples: [asked.request_id],
        },
        mchid: {
          ...schemaOf(mchid),
          description:
            'The merchant it was asked for, or the default one; absent when there is neither or it was no merchant number.',
        },
        ...of.result,
        wechatpay_request_id: {
          type: 'string',
          description: "WeChat Pay's Request-ID, for its support; absent when its answer had none.",
        },
      },
    },
    examples: of.ends.map((end) => ({ ...ADDED_EXAMPLE, source: SOURCE, detail: { ...asked, ...end } })),
  });
};

const succeeded = (endpoint: Endpoint): Json =>
  outcome(endpoint, 'Succeeded', {
    description: `This was done: ${endpoint.summary}.`,
    required: ['mchid', 'response', ...Object.keys(launchSchema(endpoint))],
    result: {
      response: { ...schemaOf(endpoint.response), description: "WeChat Pay's answer; it may add members." },
      ...launchSchema(endpoint),
    },
    ends: [
      {
        response: exampleOf(endpoint.response),
        ...launchExample(endpoint),
        wechatpay_request_id: WECHATPAY_REQUEST_ID,
      },
    ],
  });

const failed = (endpoint: Endpoint): Json => {
  const detail = { field: '/body', issue: notOfType('object'), location: 'body' };
  const error = fault('PARAM_ERROR', 'request_invalid', { detail });
  return outcome(endpoint, 'Failed', {
    description: `This was refused for good: ${endpoint.summary}.`,
    required: ['error'],
    result: {
      error: errorSchema(
        {
          field:
            "JSON pointer into the request's detail (/body/openid, /mchid). WeChat Pay's own errors point into body, if anywhere.",
          location: 'body; WeChat Pay may name other places.',
        },
        {
          status: {
            type: 'integer',
            minimum: 400,
            maximum: 499,
            description: 'The status an HTTP caller would have got.',
          },
        },
      ),
      uncertain: {
        const: true,
        description:
          'Present when an earlier attempt ended without an answer, so that WeChat Pay may have done it all the same: look there before asking anew.',
      },
    },
    ends: [
      { error: { ...errorBody(error, 'en'), status: error.status } },
      {
        error: { code: 'INVALID_REQUEST', message: 'plan_id does not belong to this merchant', status: 400 },
        uncertain: true,
        wechatpay_request_id: WECHATPAY_REQUEST_ID,
      },
    ],
  });
};

/** JSON Schema 2020-12 of each event of `endpoints`, envelope included, by detail-type. */
export const eventSchemas = (endpoints: readonly Endpoint[]): Record<string, Json> =>
  Object.fromEntries(
    endpoints.flatMap((endpoint) => [
      [detailType(endpoint, 'Requested'), requested(endpoint)],
      [detailType(endpoint, 'Succeeded'), succeeded(endpoint)],
      [detailType(endpoint, 'Failed'), failed(endpoint)],
    ]),
  );
