import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { list } from '../../tools/commands/dead-letters/list.ts';
import {
  DAY_MS,
  detail,
  endpoint,
  endpoints,
  envelope,
  given,
  sealed,
  useWorld,
} from '../support/dead-letters-world.ts';

const world = await useWorld();

const ONE = ['--endpoint', endpoint.name];
type Row = { request_id: string | null; mchid: string | null; why: string; logs?: { query: string } };
type Listed = { queues: { queue: string; complete: boolean; approximate_count: number; messages: Row[] }[] };

const rows = async (kind: 'dead-letters' | 'undelivered'): Promise<Row[]> => {
  const { status, json } = await world.run(['list', ...ONE, '--json']);
  expect(status).toBe(0);
  return (json as Listed).queues.find(({ queue }) => queue === kind)?.messages ?? [];
};

describe('dead-letters list', () => {
  it('says of each queue of each endpoint that it is empty', async () => {
    const { status, stdout, stderr } = await world.run(['list']);
    const lines = endpoints.flatMap(({ name }) => [
      `${name} dead-letters: 0 messages`,
      `${name} undelivered: 0 messages`,
    ]);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${lines.join('\n')}\n`, stderr: '' });
  });

  it('gives each dead letter the verdict of our own reading and validation', async () => {
    const { openid: _, ...body } = (detail('x') as { body: { openid: unknown } }).body;
    const messages: readonly (readonly [string, object])[] = [
      ['{"request_id":', { request_id: null, why: 'unreadable: not JSON' }],
      ['"text"', { request_id: null, why: 'unreadable: no usable request_id' }],
      ['null', { request_id: null, why: 'unreadable: no usable request_id' }],
      [envelope({ body: {} }), { request_id: null, why: 'unreadable: no usable request_id' }],
      [
        envelope(detail('a'), 'OtherThing'),
        { request_id: null, why: "unreadable: another event's detail-type" },
      ],
      [
        envelope({ request_id: 'b', mchid: '1900000001', body }),
        {
          request_id: 'b',
          mchid: '1900000001',
          why: 'invalid: /body/openid must be present and of type string',
        },
      ],
      [
        JSON.stringify({ request_id: 'c' }),
        { request_id: 'c', why: expect.stringMatching(/^invalid: \/body must/) },
      ],
      [
        envelope(detail('d', {}, { mchid: 'shop' })),
        { request_id: 'd', mchid: null, why: 'invalid: /mchid must be digits' },
      ],
      [envelope(detail('e')), { request_id: 'e', why: 'valid: it failed for a passing reason' }],
      [JSON.stringify(detail('f')), { request_id: 'f', why: 'valid: it failed for a passing reason' }],
    ];
    world.put(
      'dead-letters',
      messages.map(([text]) => text),
    );
    const found = await rows('dead-letters');
    expect(found).toHaveLength(messages.length);
    for (const [, expected] of messages) expect(found).toContainEqual(expect.objectContaining(expected));
    const logged = found.filter(({ logs }) => logs !== undefined).map(({ request_id }) => request_id);
    expect(logged.sort()).toEqual(['e', 'f']);
  });

  it('tells why EventBridge could not deliver, and what would become of the message', async () => {
    world.put('undelivered', [envelope(detail('a'))], { code: 'NO_PERMISSIONS' });
    world.put('undelivered', ['{'], { code: 'THROTTLING' });
    world.put('undelivered', [envelope(detail('b'))], { code: 'Zhang San 6222021234567890128' });
    expect((await rows('undelivered')).map(({ why }) => why).sort()).toEqual([
      'undelivered: NO_PERMISSIONS',
      'undelivered: THROTTLING; unreadable: not JSON',
      'undelivered: no known ERROR_CODE',
    ]);
  });

  it('tells an event that EventBridge keeps sealed from one that nobody can read, and what to do with it', async () => {
    world.put('undelivered', [sealed()], { code: 'KMS_DISABLED' });
    world.put('dead-letters', [`\uFEFF${sealed()}`, envelope({}, 'Encrypted Events')]);
    const why =
      'sealed: EventBridge could not decrypt it: enable the key of the bus, then have its sender send it again';
    expect((await rows('undelivered')).map((row) => row.why)).toEqual([`undelivered: KMS_DISABLED; ${why}`]);
    expect((await rows('dead-letters')).map((row) => row.why).sort()).toEqual([
      why,
      "unreadable: another event's detail-type",
    ]);
  });

  it('prints a query that finds the log lines, and none that a request_id could change', async () => {
    world.put(
      'dead-letters',
      ['order-1', '"or"1=1', '\u001b[2J'].map((id) => envelope(detail(id))),
    );
    const ids = new Map(
      world.messagesOf('dead-letters').visible.map(({ body, messageId }) => [body, messageId]),
    );
    const { stdout } = await world.run(['list', ...ONE]);
    const query = stdout.split('\n').find((line) => line.trim().startsWith('fields ')) ?? '';
    expect(query).toContain(
      'message = "pre-sign dead-lettered" and (request_id in ["order-1"] or message_id in [',
    );
    expect(query).toContain(`"${ids.get(envelope(detail('"or"1=1')))}"`);
    expect(query).not.toContain('or"1=1');
    expect(stdout).toContain(`log group /aws/lambda/${world.name()}:`);
    expect(stdout).not.toContain('\u001b');
  });

  it('leaves every message where it is and visible, more than ten of them too', async () => {
    const bodies = Array.from({ length: 37 }, (_, n) => envelope(detail(`order-${n}`)));
    world.put('dead-letters', bodies);
    const found = await rows('dead-letters');
    expect(new Set(found.map(({ request_id }) => request_id)).size).toBe(37);
    expect(world.messagesOf('dead-letters').hidden).toEqual([]);
    expect(world.bodies('dead-letters')).toEqual([...bodies].sort());
  });

  it('lists each message once, and comes to an end, when they come back at once', async () => {
    world.relay.faults.push({ operation: 'ReceiveMessage', rewrite: { VisibilityTimeout: 0 } });
    world.put(
      'dead-letters',
      Array.from({ length: 15 }, (_, n) => envelope(detail(`order-${n}`))),
    );
    const found = (await rows('dead-letters')).map(({ request_id }) => request_id);
    expect([found.length, new Set(found).size]).toEqual([15, 15]);
  });

  it('says that there are more than --limit', async () => {
    world.put(
      'dead-letters',
      Array.from({ length: 25 }, (_, n) => envelope(detail(`order-${n}`))),
    );
    const { status, stdout, stderr } = await world.run(['list', ...ONE, '--limit', '3']);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `${endpoint.name} dead-letters has more than 3 messages: raise --limit to see them.\n`,
    });
    expect(stdout).toContain(`${endpoint.name} dead-letters: 3 messages of about 25 (SQS's own count)`);
    expect(stdout.match(/^ {2}order-/gm)).toHaveLength(3);
    expect(world.messagesOf('dead-letters')).toMatchObject({ hidden: [], visible: { length: 25 } });
  });

  it('is honest about messages that somebody else holds', async () => {
    world.put('dead-letters', [envelope(detail('seen')), envelope(detail('held'))]);
    const url = world.sqs.inspectQueue(world.name('dead-letters'))?.url;
    await world.client.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 600 }));
    const { stdout } = await world.run(['list', ...ONE]);
    expect(stdout).toContain("dead-letters: 1 message (SQS's own count, which may be a minute old: 2)");
  });

  it('interrupted, says that this is not all', async () => {
    world.put('dead-letters', [envelope(detail('a'))]);
    const outcome = await list.run(world.context({ interrupted: AbortSignal.abort() }), given());
    expect(outcome).toMatchObject({ ok: false, notes: ['Interrupted: this is not all.'] });
    expect(outcome.lines).toContain(`${endpoint.name} dead-letters: 0 messages of about 1 (SQS's own count)`);
  });

  it('counts the days until SQS drops a message from the moment it was first sent', async () => {
    world.put('dead-letters', [envelope(detail('old'))]);
    const sent = world.messagesOf('dead-letters').visible[0]?.sentTimestamp ?? 0;
    const outcome = await list.run(world.context({ now: () => sent + 12.75 * DAY_MS }), given());
    expect((outcome.json as Listed).queues[0]?.messages[0]).toMatchObject({ days_left: 1.2, receives: 1 });
  });
});
