import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CREDENTIALS,
  entry,
  failureOf,
  REGION,
  startWorld,
  type World,
} from '../../support/aws/events-test-world.ts';

const KIB = 1024;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.eventBridge.clear());
afterAll(() => world.close());

/** A call by hand, for what the SDK would not send. */
const post = async (body: string, headers: Record<string, string> = {}) => {
  const client = new EventBridgeClient({
    endpoint: world.eventBridge.url,
    region: REGION,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string; headers: Record<string, string> };
      request.body = body;
      request.headers['content-length'] = String(Buffer.byteLength(body));
      Object.assign(request.headers, headers);
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'rewrite' },
  );
  return failureOf(client.send(new PutEventsCommand({ Entries: [] })));
};

describe('a call that is refused', () => {
  it.each([0, 11])('has %s entries', async (count) => {
    expect(await failureOf(world.put(...Array(count).fill(entry())))).toMatchObject({
      name: 'ValidationException',
      status: 400,
    });
    expect(world.eventBridge.events).toEqual([]);
  });

  it('is larger than 256 KiB, all entries together, counted as the bytes of their UTF-8', async () => {
    const frame = Buffer.byteLength('shopCarPresignRequested') + Buffer.byteLength('{"a":""}');
    const half = 128 * KIB - frame;
    const of = (bytes: number) =>
      entry({ Detail: `{"a":"${'汉'.repeat(Math.floor(bytes / 3))}${'x'.repeat(bytes % 3)}"}` });
    expect((await world.put(of(half), of(half - 1))).FailedEntryCount).toBe(0);
    expect(await failureOf(world.put(of(half), of(half)))).toEqual({
      name: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
      status: 400,
    });
    const timed = { ...of(half - 1), Time: new Date() };
    expect((await failureOf(world.put(of(half), timed))).name).toBe('ValidationException');
  });

  it.each([
    '{',
    '[]',
    'null',
    '{"Entries":[null]}',
    '{"Entries":[{"Source":7}]}',
    '{"Entries":[{"Resources":"x"}]}',
  ])('has the body %s', async (body) => {
    expect(await post(body)).toMatchObject({ name: 'SerializationException', status: 400 });
  });

  it('asks for something else', async () => {
    expect(await post('{}', { 'x-amz-target': 'AWSEvents.PutPermission' })).toMatchObject({
      name: 'UnknownOperationException',
      status: 400,
    });
  });

  it.each([
    [
      'with the wrong secret',
      { credentials: { ...CREDENTIALS, secretAccessKey: 'another' } },
      'InvalidSignatureException',
    ],
    [
      'by a stranger',
      { credentials: { ...CREDENTIALS, accessKeyId: 'AKIDNOBODY' } },
      'UnrecognizedClientException',
    ],
    ['for another service', { signingName: 'sqs' }, 'InvalidSignatureException'],
    ['for another region', { region: 'cn-northwest-1' }, 'InvalidSignatureException'],
  ])('is signed %s', async (_how, change, name) => {
    const client = new EventBridgeClient({
      endpoint: world.eventBridge.url,
      region: REGION,
      credentials: CREDENTIALS,
      maxAttempts: 1,
      ...change,
    });
    const work = client.send(new PutEventsCommand({ Entries: [entry()] }));
    expect(await failureOf(work)).toMatchObject({ name, status: 400 });
    expect(world.eventBridge.events).toEqual([]);
  });
});
