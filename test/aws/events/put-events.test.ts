import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BUS, entry, REGION, startWorld, type World } from '../../support/aws/events-test-world.ts';

const required = (name: string) => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});
const malformed = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.eventBridge.clear());
afterAll(() => world.close());

describe('an entry that is taken', () => {
  it('becomes an event in its envelope, under the id of the answer', async () => {
    const { Entries: [result] = [], FailedEntryCount } = await world.put(
      entry({ Time: new Date('2026-11-21T07:20:21.987Z'), Resources: ['arn:aws-cn:s3:::shop'] }),
    );
    expect(FailedEntryCount).toBe(0);
    expect(world.eventBridge.events).toEqual([
      {
        version: '0',
        id: result?.EventId,
        'detail-type': 'CarPresignRequested',
        source: 'shop',
        account: '111122223333',
        time: '2026-11-21T07:20:21Z',
        region: REGION,
        resources: ['arn:aws-cn:s3:::shop'],
        detail: { request_id: 'one' },
      },
    ]);
    expect(result?.EventId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('happened when it arrived, and about nothing, unless it says so', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    await world.put(entry());
    const [event] = world.eventBridge.events;
    expect(event?.resources).toEqual([]);
    expect(Date.parse(String(event?.time))).toBeGreaterThanOrEqual(before);
    expect(Date.parse(String(event?.time))).toBeLessThanOrEqual(Date.now());
  });

  it('keeps its place among ten', async () => {
    const details = Array.from({ length: 10 }, (_, index) => ({ index }));
    const { Entries = [] } = await world.put(
      ...details.map((detail) => entry({ Detail: JSON.stringify(detail) })),
    );
    expect(world.eventBridge.events.map(({ detail }) => detail)).toEqual(details);
    expect(world.eventBridge.events.map(({ id }) => id)).toEqual(Entries.map(({ EventId }) => EventId));
  });
});

describe('an entry that is refused', () => {
  it.each([
    ['Source', required('Source')],
    ['DetailType', required('DetailType')],
    ['Detail', required('Detail')],
  ])('has no %s', async (name, error) => {
    expect((await world.put(entry({ [name]: undefined }))).Entries).toEqual([error]);
  });

  it.each(['not JSON', '[1]', '"text"', '7', 'null', '{"open":'])('has the detail %s', async (Detail) => {
    expect((await world.put(entry({ Detail }))).Entries).toEqual([malformed]);
  });

  it('pretends to come from AWS', async () => {
    expect((await world.put(entry({ Source: 'aws.s3' }))).Entries).toEqual([
      { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
    ]);
  });

  it('is told by its place', async () => {
    const { Entries = [], FailedEntryCount } = await world.put(
      entry(),
      entry({ Source: undefined }),
      entry({ DetailType: '' }),
      entry({ Detail: undefined }),
      entry(),
    );
    const [first, last] = world.eventBridge.events.map(({ id }) => ({ EventId: id }));
    expect(Entries).toEqual([first, required('Source'), required('DetailType'), required('Detail'), last]);
    expect(FailedEntryCount).toBe(3);
  });

  it('leaves the others of its call alone', async () => {
    const answer = await world.put(entry(), entry({ Detail: '[]' }), entry({ Detail: '{"last":true}' }));
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [
        { EventId: expect.any(String) as unknown },
        malformed,
        { EventId: expect.any(String) as unknown },
      ],
    });
    expect(world.eventBridge.events.map(({ detail }) => detail)).toEqual([
      { request_id: 'one' },
      { last: true },
    ]);
  });
});

it('loses, as AWS does, what is meant for a bus that is not there', async () => {
  const { Entries, FailedEntryCount } = await world.put(entry({ EventBusName: `${BUS}-mistyped` }));
  expect({ FailedEntryCount, Entries }).toEqual({
    FailedEntryCount: 0,
    Entries: [{ EventId: expect.any(String) as unknown }],
  });
  expect(world.eventBridge.events).toEqual([]);
});
