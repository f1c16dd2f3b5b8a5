import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Given } from '../../tools/command.ts';
import { purge } from '../../tools/commands/dead-letters/purge.ts';
import {
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
const READABLE = [envelope(detail('a')), envelope(detail('b'))].sort();
const UNREADABLE = ['{', envelope({ body: {} })].sort();

/** Purges on a terminal where somebody answers every question with `typed`. */
const answering = async (typed: string, options: Given['options'] = {}) => {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const shown: string[] = [];
  const write = (text: string) => {
    shown.push(text);
    input.write(typed);
  };
  const outcome = await purge
    .run(world.context({ terminal: { input, write } }), given(options))
    .catch(({ message }: Error) => message);
  return { outcome, shown: shown.join('') };
};

describe('dead-letters purge', () => {
  it('refuses without a terminal and without --yes, and deletes nothing', async () => {
    world.put('dead-letters', UNREADABLE);
    for (const more of [[], ['--unreadable']]) {
      const before = world.relay.calls.length;
      const { status, stderr } = await world.run(['purge', ...ONE, ...more]);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: 'Deleting needs a terminal to confirm on, or --yes.\n',
      });
      expect(world.relay.calls).toHaveLength(before);
    }
    expect(world.bodies('dead-letters')).toEqual(UNREADABLE);
  });

  it('deletes the dead letters of the one endpoint, with --yes, and nothing else', async () => {
    const other = endpoints.find(({ name }) => name !== endpoint.name) ?? endpoint;
    for (const { name } of [endpoint, other]) {
      world.put('dead-letters', READABLE, { of: name });
      world.put('undelivered', READABLE, { of: name });
    }
    const { status, stdout } = await world.run(['purge', ...ONE, '--yes']);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${endpoint.name}: SQS is deleting all dead letters (about 2), within a minute\n`,
    });
    expect(world.bodies('dead-letters')).toEqual([]);
    expect(world.bodies('undelivered')).toEqual(READABLE);
    expect(world.bodies('dead-letters', other.name)).toEqual(READABLE);
  });

  it('asks for the number of messages and takes nothing else for a yes', async () => {
    world.put('dead-letters', READABLE);
    for (const typed of ['yes\n', '1\n', '22\n', '\n']) {
      const { outcome, shown } = await answering(typed);
      expect(outcome).toBe('nothing was deleted');
      expect(shown).toBe(
        `All dead letters of ${endpoint.name} (about 2) will be deleted for good. Type the number 2 to go on: `,
      );
    }
    expect(world.bodies('dead-letters')).toEqual(READABLE);
    expect((await answering('2\n')).outcome).toMatchObject({ ok: true, json: { approximate_count: 2 } });
    expect(world.bodies('dead-letters')).toEqual([]);
  });

  it('deletes nothing when interrupted at the question', async () => {
    world.put('dead-letters', READABLE);
    const controller = new AbortController();
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const terminal = { input, write: () => controller.abort() };
    const asked = purge.run(world.context({ terminal, interrupted: controller.signal }), given());
    await expect(asked).rejects.toThrow('nothing was deleted');
    expect(world.bodies('dead-letters')).toEqual(READABLE);
  });

  it('has nothing to ask when the queue is empty', async () => {
    expect((await answering('0\n')).shown).toBe('');
    expect((await answering('0\n', { unreadable: '' })).shown).toBe('');
  });

  it('with --unreadable deletes what nobody can read, of both queues, and leaves the rest visible', async () => {
    const many = Array.from({ length: 23 }, (_, n) => `{"${n}`);
    world.put('dead-letters', [...READABLE, ...UNREADABLE, ...many]);
    world.put('undelivered', [...READABLE, ...UNREADABLE]);
    const { status, stdout } = await world.run(['purge', ...ONE, '--unreadable', '--yes']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${endpoint.name}: 27 messages deleted\n` });
    for (const kind of ['dead-letters', 'undelivered'] as const) {
      expect(world.bodies(kind)).toEqual(READABLE);
      expect(world.messagesOf(kind).hidden).toEqual([]);
    }
  });

  it('never takes for unreadable what EventBridge keeps sealed until its key is enabled', async () => {
    const kept = [sealed(1), sealed(2)];
    world.put('undelivered', [...kept, ...UNREADABLE]);
    const { status, stdout } = await world.run(['purge', ...ONE, '--unreadable', '--yes']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${endpoint.name}: 2 messages deleted\n` });
    expect(world.bodies('undelivered')).toEqual(kept);
    expect(world.messagesOf('undelivered').hidden).toEqual([]);
  });

  it('with --unreadable deletes only what it has counted before it asked', async () => {
    world.put('dead-letters', UNREADABLE);
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const write = () => {
      world.put('dead-letters', ['{"later']);
      input.write('2\n');
    };
    const outcome = await purge.run(world.context({ terminal: { input, write } }), given({ unreadable: '' }));
    expect(outcome).toMatchObject({ ok: true, json: { deleted: 2 } });
    expect(world.bodies('dead-letters')).toEqual(['{"later']);
  });

  it('with --unreadable tells how many it could not delete', async () => {
    world.put('dead-letters', UNREADABLE);
    world.relay.faults.push({
      operation: 'DeleteMessageBatch',
      entry: (index) => (index === 0 ? 'InternalError' : undefined),
    });
    const { status, json } = await world.run(['purge', ...ONE, '--unreadable', '--yes', '--json']);
    const { deleted, not_deleted } = json as { deleted: number; not_deleted: number };
    expect({ status, all: deleted + not_deleted }).toEqual({ status: 1, all: 2 });
    expect(world.bodies('dead-letters')).toHaveLength(not_deleted);
    expect(not_deleted).toBeGreaterThan(0);
  });

  it('explains that SQS purges once a minute', async () => {
    world.put('dead-letters', READABLE);
    const error = { name: 'PurgeQueueInProgress', message: 'no', status: 400 };
    world.relay.faults.push({ operation: 'PurgeQueue', error });
    const { status, stderr } = await world.run(['purge', ...ONE, '--yes']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('wait a minute') });
  });
});
