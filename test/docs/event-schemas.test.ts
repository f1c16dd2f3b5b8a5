import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { fault } from '../../lib/errors.ts';
import { detailType, type EventKind, SOURCE } from '../../lib/events/contract.ts';
import type { Asked } from '../../lib/events/message.ts';
import type { Presign } from '../../lib/presign.ts';
import { refusal } from '../../lib/wechatpay/refusal.ts';
import { contractsOf, type Event } from '../support/docs/contracts.ts';
import { endOf, throwing } from '../support/docs/settled.ts';
import { fieldsOf, valueAt } from '../support/fields.ts';

/** The fixture has a rule, and a sensitive field, that no real endpoint has: its contract must come by itself. */
const endpoints = [
  ...(await endpointsIn()),
  ...(await endpointsIn(new URL('../support/fixtures/functions/', import.meta.url))),
];
const { schemas, errorsOfEvent, errorsOfDetail } = contractsOf(endpoints);

const exampleFor = (endpoint: Endpoint, kind: EventKind): Event => {
  const example = schemas[detailType(endpoint, kind)]?.examples[0];
  if (example === undefined) throw new Error(`no example of ${detailType(endpoint, kind)}`);
  return structuredClone(example);
};

describe.each(endpoints)('the events of $name', (endpoint) => {
  const asked = exampleFor(endpoint, 'Requested').detail as Asked;
  /** What is published, in an envelope as EventBridge's. */
  const end = async (detail: Asked, presign?: Presign): Promise<Event> => {
    const ended = await endOf(endpoint, detail, presign);
    return { ...exampleFor(endpoint, 'Succeeded'), ...ended };
  };

  it('have contracts with an id and valid examples', () => {
    for (const kind of ['Requested', 'Succeeded', 'Failed'] as const) {
      const schema = schemas[detailType(endpoint, kind)];
      expect(schema?.$id).toBe(`urn:wechatpay-presign:event:${detailType(endpoint, kind)}`);
      expect(schema?.examples.length).toBeGreaterThan(0);
      for (const example of schema?.examples ?? []) expect(errorsOfEvent(example)).toEqual([]);
    }
  });

  it('ask from any source but AWS’s own', () => {
    const example = exampleFor(endpoint, 'Requested');
    expect(errorsOfEvent({ ...example, source: 'x' })).toEqual([]);
    expect(errorsOfEvent({ ...example, source: 'aws.events' })).not.toEqual([]);
    expect(errorsOfEvent({ ...example, source: '' })).not.toEqual([]);
  });

  it.each([
    ['no request_id', { request_id: undefined }],
    ['an empty request_id', { request_id: '' }],
    ['a request_id that is too long', { request_id: 'x'.repeat(65) }],
    ['a merchant in letters', { mchid: 'abc' }],
    ['no body', { body: undefined }],
    ['an empty body', { body: {} }],
    ['a member nobody documented', { nonsense: 1 }],
  ])('ask with %s in vain', (_, change) => {
    const changed = JSON.parse(JSON.stringify({ ...asked, ...change })) as unknown;
    expect(errorsOfDetail(detailType(endpoint, 'Requested'), changed)).not.toEqual([]);
  });

  it('may leave the merchant out', () => {
    const { mchid: _, ...detail } = asked;
    expect(errorsOfDetail(detailType(endpoint, 'Requested'), detail)).toEqual([]);
  });

  it('mark what is personal, and nothing else', () => {
    const text = JSON.stringify(schemas[detailType(endpoint, 'Requested')]);
    const sensitive = fieldsOf(endpoint.request).filter((field) => field.sensitive);
    expect(text.split('"x-sensitive":true').length - 1).toBe(sensitive.length);
    for (const kind of ['Succeeded', 'Failed'] as const) {
      const outcome = JSON.stringify(schemas[detailType(endpoint, kind)]);
      expect(outcome).not.toContain('x-sensitive');
      for (const { pointer } of sensitive)
        expect(outcome).not.toContain(String(valueAt(asked.body, pointer)));
    }
  });

  it('come from nobody else, under no other name, and never half', () => {
    for (const kind of ['Succeeded', 'Failed'] as const) {
      const example = exampleFor(endpoint, kind);
      expect(example.source).toBe(SOURCE);
      expect(errorsOfEvent({ ...example, source: 'forged' })).not.toEqual([]);
      const other = kind === 'Failed' ? 'Succeeded' : 'Failed';
      expect(errorsOfEvent({ ...example, 'detail-type': detailType(endpoint, other) })).not.toEqual([]);
      const { request_id: _, ...anonymous } = example.detail;
      expect(errorsOfEvent({ ...example, detail: anonymous })).not.toEqual([]);
    }
  });

  it.each([
    ['no code', { code: undefined }],
    ['no status', { status: undefined }],
    ['a status that would have been tried again', { status: 503 }],
    ['a detail in another shape', { detail: 'openid' }],
  ])('fail with %s never', (_, change) => {
    const { detail } = exampleFor(endpoint, 'Failed');
    const error = { ...(detail['error'] as object), ...change };
    const changed: unknown = JSON.parse(JSON.stringify({ ...detail, error }));
    expect(errorsOfDetail(detailType(endpoint, 'Failed'), changed)).not.toEqual([]);
  });

  it('tell how a pre-sign really ends', async () => {
    const event = await end(asked);
    expect(event['detail-type']).toBe(detailType(endpoint, 'Succeeded'));
    expect(errorsOfEvent(event)).toEqual([]);
  });

  // No column is left out: in its place jest would pass a callback, and wait for it.
  it.each<[string, string, Partial<Asked>, Presign | undefined]>([
    ['PARAM_ERROR', 'one field is wrong', { mchid: 'abc' }, undefined],
    ['PARAM_ERROR', 'several fields are wrong', { body: {}, mchid: 'abc' }, undefined],
    ['PARAM_ERROR', 'there is no body', { body: undefined }, undefined],
    ['NO_AUTH', 'nobody knows the merchant', {}, throwing(fault('NO_AUTH', 'merchant_unknown'))],
    [
      'REQUEST_ID_REUSED',
      'the id was used before',
      {},
      throwing(fault('REQUEST_ID_REUSED', 'request_id_reused')),
    ],
    [
      'INVALID_REQUEST',
      'WeChat Pay refuses',
      {},
      throwing(
        refusal(
          {
            status: 400,
            headers: { 'request-id': 'wx-2' },
            body: Buffer.from(
              '{"code":"INVALID_REQUEST","message":"no","detail":{"field":"/plan_id","issue":"wrong","location":"body"}}',
            ),
          },
          { submitted: [] },
          0,
        ),
      ),
    ],
  ])('tell a real %s: %s', async (code, _, change, presign) => {
    const event = await end({ ...asked, ...change }, presign);
    expect(event.detail['error']).toMatchObject({ code });
    expect(errorsOfEvent(event)).toEqual([]);
  });

  it('point into the detail of the request', async () => {
    const event = await end({ ...asked, mchid: 'abc' });
    expect(event.detail['error']).toMatchObject({ detail: { field: '/mchid' } });
    const wrong = { ...(asked.body as object), first: 1, appid: 7, sp_appid: 7 };
    const { detail } = (await end({ ...asked, body: wrong })).detail['error'] as {
      detail: { field: string } | { field: string }[];
    };
    for (const { field } of [detail].flat()) expect(field).toMatch(/^\/body(?:\/\w|$)/);
  });
});
