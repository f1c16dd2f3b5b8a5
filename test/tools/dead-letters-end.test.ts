import { GetQueueUrlCommand, ReceiveMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { createEndMark } from '../../tools/commands/dead-letters/move.ts';
import { redrive } from '../../tools/commands/dead-letters/redrive.ts';
import { createSweep } from '../../tools/commands/dead-letters/sweep.ts';
import { detail, endpoint, envelope, given, useWorld } from '../support/dead-letters-world.ts';

const world = await useWorld();
const urlOf = async (name: string): Promise<string> =>
  (await world.client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';
const orders = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => envelope(detail(`order-${n}`))).sort();

/** A Lambda that fails at whatever it gets, at once: SQS makes a dead letter of it when it would be received again. */
const startKiller = async () => {
  const QueueUrl = await urlOf(world.name());
  const arn = `arn:aws:sqs:cn-north-1:000000000000:${world.name('dead-letters')}`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 });
  await world.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
  let killing = true;
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
  const killed = (async () => {
    while (killing) await world.client.send(receive);
  })();
  return async () => {
    killing = false;
    await killed;
  };
};

describe('the end of a redrive', () => {
  it('comes although a consumer kills each message at once: none is moved a second time', async () => {
    world.put('dead-letters', orders(25));
    world.put('undelivered', ['{"request_id":"undelivered"}']);
    const stop = await startKiller();
    const before = world.relay.calls.length;
    const { status, json } = await world.run(['redrive', '--endpoint', endpoint.name, '--json']);
    await stop();
    const [dead, undelivered] = (json as { queues: { moved: number; newer: number }[] }).queues;
    expect({ status, moved: [dead?.moved, undelivered?.moved] }).toEqual({ status: 0, moved: [25, 1] });
    expect(dead?.newer).toBeGreaterThan(0);
    expect(world.relay.calls.slice(before).filter((call) => call === 'SendMessageBatch').length).toBeLessThan(
      27,
    );
    const everywhere = [...world.bodies(), ...world.bodies('dead-letters')];
    expect(everywhere.sort()).toEqual([...orders(25), '{"request_id":"undelivered"}'].sort());
  });

  it('is told, and the next run moves what died', async () => {
    world.put('dead-letters', orders(3));
    const late = { now: () => Date.now() - 3_600_000 };
    expect(await redrive.run(world.context(late), given())).toMatchObject({
      ok: true,
      lines: [
        `${endpoint.name} dead-letters: 0 messages moved`,
        '  left: 3 that died since this run began; see why, then run again',
        `${endpoint.name} undelivered: 0 messages moved`,
      ],
    });
    expect(world.bodies('dead-letters')).toEqual(orders(3));
    await redrive.run(world.context(), given());
    expect(world.bodies()).toEqual(orders(3));
  });

  it('comes although dead letters of others arrive faster than it looks', async () => {
    world.put('dead-letters', ['old']);
    world.relay.faults.push({
      operation: 'ReceiveMessage',
      before: async () => world.put('dead-letters', ['new']),
    });
    const sweep = createSweep(
      world.client,
      await urlOf(world.name('dead-letters')),
      ({ body }) => body === 'new',
    );
    expect((await sweep.next()).map(({ body }) => body)).toEqual(['old']);
    expect(await sweep.next()).toEqual([]);
    expect(sweep.passed()).toBeGreaterThan(0);
    await sweep.release();
  });

  it('is where two runs at once do not hand each other their messages for ever', () => {
    const [one, other] = [createEndMark(1_000), createEndMark(1_000)];
    one.sent(['sent by one']);
    const message = { id: 'sent by one', body: '', sentAt: 2_000, receives: 5, errorCode: undefined };
    expect([one.isNewer({ ...message, sentAt: 500 }), other.isNewer(message)]).toEqual([true, true]);
    expect(other.isNewer({ ...message, sentAt: 1_000 })).toBe(false);
  });
});
