import { describe, expect, it } from '@jest/globals';
import { detail, endpoint, endpoints, envelope, sealed, useWorld } from '../support/dead-letters-world.ts';

const world = await useWorld();

const ONE = ['--endpoint', endpoint.name];
const orders = (count: number, prefix = 'order'): string[] =>
  Array.from({ length: count }, (_, n) => envelope(detail(`${prefix}-${n}`))).sort();

type Moved = {
  moved: number;
  unreadable: number;
  not_sent: Record<string, number>;
  not_deleted: Record<string, number>;
};
const redrive = async () => {
  const { status, json } = await world.run(['redrive', ...ONE, '--json']);
  const [dead, undelivered] = (json as { queues: [Moved, Moved] }).queues;
  return { status, dead, undelivered };
};

describe('dead-letters redrive', () => {
  it('has nothing to do on empty queues', async () => {
    const { status, stdout, stderr } = await world.run(['redrive']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const { name } of endpoints) expect(stdout).toContain(`${name} undelivered: 0 messages moved\n`);
  });

  it('moves more than ten messages of both queues, byte for byte, and says how far it is', async () => {
    const dead = orders(123);
    const undelivered = orders(4, 'undelivered');
    world.put('dead-letters', dead);
    world.put('undelivered', undelivered, { code: 'NO_PERMISSIONS' });
    const { status, stdout, stderr } = await world.run(['redrive', ...ONE]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${endpoint.name} dead-letters: 123 messages moved\n${endpoint.name} undelivered: 4 messages moved\n`,
    });
    expect(stderr).toMatch(/-dead-letters: 1\d\d moved so far\n$/);
    expect(world.bodies()).toEqual([...dead, ...undelivered].sort());
    expect(world.bodies('dead-letters')).toEqual([]);
    expect(world.bodies('undelivered')).toEqual([]);
  });

  it('moves each endpoint’s messages to its own queue', async () => {
    for (const { name } of endpoints)
      world.put('dead-letters', [JSON.stringify({ request_id: name })], { of: name });
    expect((await world.run(['redrive'])).status).toBe(0);
    for (const { name } of endpoints)
      expect(world.bodies('', name)).toEqual([JSON.stringify({ request_id: name })]);
  });

  it('leaves what nobody can read, visible, and takes what our validation will refuse', async () => {
    const unreadable = ['{', envelope(detail('a'), 'OtherThing'), envelope({ body: {} })].sort();
    const readable = [JSON.stringify({ request_id: 'invalid' }), envelope(detail('valid'))].sort();
    world.put('dead-letters', [...unreadable, ...readable]);
    const { status, stdout } = await world.run(['redrive', ...ONE]);
    expect(status).toBe(0);
    expect(stdout).toContain('2 messages moved\n  left: 3 unreadable; purge them when they are explained\n');
    expect(world.bodies()).toEqual(readable);
    expect(world.bodies('dead-letters')).toEqual(unreadable);
  });

  it('leaves what EventBridge keeps sealed, visible, and says so', async () => {
    world.put('undelivered', [sealed(), envelope(detail('a'))]);
    const { status, stdout } = await world.run(['redrive', ...ONE]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining('1 message moved\n  left: 1 sealed by EventBridge; enable the key'),
    });
    expect(world.bodies()).toEqual([envelope(detail('a'))]);
    expect(world.bodies('undelivered')).toEqual([sealed()]);
  });

  it('keeps what could not be sent, and moves it the next time', async () => {
    const dead = orders(12);
    world.put('dead-letters', dead);
    world.relay.faults.push({
      operation: 'SendMessageBatch',
      entry: (index) => (index < 2 ? 'InternalError' : undefined),
    });
    const partly = await redrive();
    const missing = partly.dead.not_sent['InternalError'] ?? 0;
    expect(partly).toMatchObject({
      status: 1,
      dead: { moved: 12 - missing, not_sent: { InternalError: missing } },
    });
    expect(missing).toBeGreaterThan(1);
    expect(world.bodies('dead-letters')).toHaveLength(missing);
    world.relay.faults.length = 0;
    expect(await redrive()).toMatchObject({ status: 0, dead: { moved: missing, not_sent: {} } });
    expect(world.bodies()).toEqual(dead);
  });

  it('deletes nothing when nothing could be sent', async () => {
    const dead = orders(3);
    world.put('dead-letters', dead);
    world.relay.faults.push({ operation: 'SendMessageBatch', entry: () => 'KmsThrottled' });
    const before = world.relay.calls.length;
    const { status, stdout } = await world.run(['redrive', ...ONE]);
    expect(status).toBe(1);
    expect(stdout).toContain('0 messages moved\n  not moved: 3 (KmsThrottled: 3); run again\n');
    expect(world.relay.calls.slice(before)).not.toContain('DeleteMessageBatch');
    expect(world.bodies('dead-letters')).toEqual(dead);
  });

  it('tells of what was sent and not deleted, which is then there twice and never nowhere', async () => {
    world.put('dead-letters', orders(5));
    world.relay.faults.push({
      operation: 'DeleteMessageBatch',
      entry: (index) => (index === 0 ? 'InternalError' : undefined),
    });
    const { status, stdout } = await world.run(['redrive', ...ONE]);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /moved but also still here: \d+ \(InternalError: \d+\); run again, twice is harmless/,
    );
    const left = world.bodies('dead-letters');
    expect(left.length).toBeGreaterThan(0);
    expect(world.bodies()).toEqual(orders(5));
    world.relay.faults.length = 0;
    expect((await redrive()).status).toBe(0);
    expect(world.bodies()).toEqual([...orders(5), ...left].sort());
  });

  it.each([
    ['SendMessageBatch', [0, 3]],
    ['DeleteMessageBatch', [3, 3]],
  ] as const)('stops, and loses nothing, when %s is denied', async (operation, [sent, left]) => {
    world.put('dead-letters', orders(3));
    const message = 'User: arn:aws-cn:iam::1:user/op is not authorized';
    world.relay.faults.push({ operation, error: { name: 'AccessDenied', message, status: 403 } });
    const { status, stdout, stderr } = await world.run(['redrive', ...ONE]);
    expect(status).toBe(1);
    expect(stdout).toContain('stopped: these AWS credentials may not do that');
    expect(stdout).toContain(`AWS says: ${message}`);
    expect(stdout + stderr).not.toContain('    at ');
    expect(world.bodies()).toHaveLength(sent);
    expect(world.bodies('dead-letters')).toHaveLength(left);
  });

  it('sends big messages in as many batches as SQS needs', async () => {
    const big = Array.from({ length: 9 }, (_, n) =>
      JSON.stringify({ request_id: `big-${n}`, body: 'x'.repeat(150_000) }),
    );
    world.put('dead-letters', big);
    expect(await redrive()).toMatchObject({ status: 0, dead: { moved: 9 } });
    expect(world.bodies()).toEqual(big);
  });

  it('interrupted, finishes its batch, reports, and can be run again', async () => {
    const dead = orders(30);
    world.put('dead-letters', dead);
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    world.relay.faults.push({
      operation: 'SendMessageBatch',
      before: () => {
        reached.resolve();
        return goOn.promise;
      },
    });
    const { child, ran } = world.start(['redrive', ...ONE]);
    await reached.promise;
    child.kill('SIGINT');
    // The tool sees the signal before the batch ends: that takes another call, which deletes what was sent.
    goOn.resolve();
    const { status, stdout, stderr } = await ran;
    const moved = world.bodies().length;
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'Interrupted: run again to move the rest.\n' });
    expect(stdout).toContain(`dead-letters: ${moved} messages moved\n`);
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(30);
    expect(world.messagesOf('dead-letters')).toMatchObject({ hidden: [], visible: { length: 30 - moved } });
    world.relay.faults.length = 0;
    expect(await redrive()).toMatchObject({ status: 0, dead: { moved: 30 - moved } });
    expect(world.bodies()).toEqual(dead);
  });
});
