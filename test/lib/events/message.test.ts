import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../../lib/documents/endpoints.ts';
import { PresignError } from '../../../lib/errors.ts';
import { detailType } from '../../../lib/events/contract.ts';
import { readMessage } from '../../../lib/events/message.ts';
import { fc } from '../../support/fast-check.ts';

const campus = (await endpointsIn()).find(({ name }) => name === 'eduschoolpayContractsPresign');
if (campus === undefined) throw new Error('no such endpoint');

const envelope = (detail: unknown, type = 'EduschoolpayContractsPresignRequested') =>
  JSON.stringify({ version: '0', id: 'e-1', 'detail-type': type, source: 'school', detail });

const failure = (text: string): PresignError => {
  try {
    readMessage(campus, text);
  } catch (error) {
    if (error instanceof PresignError) return error;
  }
  throw new Error(`this was read: ${text}`);
};

describe('the detail of a message', () => {
  it('is found in an EventBridge envelope, and bare', () => {
    const detail = { request_id: 'r-1', mchid: '19', body: { openid: 'o' } };
    expect(readMessage(campus, envelope(detail))).toEqual(detail);
    expect(readMessage(campus, JSON.stringify(detail))).toEqual(detail);
  });

  it('is found after a byte order mark', () => {
    expect(readMessage(campus, '\uFEFF{"request_id":"r"}')).toEqual({ request_id: 'r' });
  });

  it('is read when only its id is right: what else is wrong can be answered', () => {
    expect(readMessage(campus, '{"request_id":"r"}')).toEqual({ request_id: 'r' });
    expect(readMessage(campus, envelope({ request_id: '张三', body: null, more: 1 }))).toMatchObject({
      body: null,
    });
  });

  it.each([
    'not json',
    '',
    'null',
    '3',
    '[]',
    '{}',
    '{"request_id":""}',
    '{"request_id":7}',
    '{"request_id":{"name":"x"}}',
    JSON.stringify({ request_id: 'x'.repeat(65) }),
    envelope(undefined),
    envelope('{"request_id":"r"}'),
    envelope(null),
    envelope([{ request_id: 'r' }]),
  ])('is not found in %j', (text) => {
    expect(failure(text)).toMatchObject({ reason: 'record_unreadable', cause: undefined });
  });

  it.each(['Succeeded', 'Failed'] as const)(
    'is not taken from our own %s events, or they would go round for ever',
    (kind) => {
      const outcome = { request_id: 'r', mchid: '19', response: {} };
      expect(failure(envelope(outcome, detailType(campus, kind))).reason).toBe('record_unreadable');
    },
  );

  it('is found or refused, whatever the message is, and never quoted', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          expect(readMessage(campus, text)).toHaveProperty('request_id');
        } catch (error) {
          expect(error).toBeInstanceOf(PresignError);
          expect((error as PresignError).message).toBe('The request is not valid; detail says where.');
        }
      }),
    );
  });
});
