import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addCompleteMerchant,
  createTaggedKey,
  MCHID,
  MERCHANT,
  startWorld,
  type World,
} from '../support/cli-world.ts';
import { detail, endpoint, envelope, useWorld } from '../support/dead-letters-world.ts';

const queues = await useWorld();
let world: World;
beforeAll(async () => {
  world = await startWorld();
  await addCompleteMerchant(world, MCHID);
});
afterAll(() => world.close());

/** The tool, and how it ends when somebody has done `act` to it. */
const ended = async (
  args: string[],
  {
    stdout = 'pipe',
    env = {},
    act,
  }: {
    stdout?: 'pipe' | number;
    env?: Record<string, string>;
    act?: (child: ReturnType<typeof spawn>) => void;
  },
) => {
  const child = spawn(process.execPath, [MERCHANT, ...args], {
    env: { ...world.env, ...env },
    stdio: ['pipe', stdout, 'pipe'],
  });
  act?.(child);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stderr };
};

describe('output that cannot be written', () => {
  it('is a reader that has gone, like head: the command ends in silence, with the status of what it did', async () => {
    for (const args of [['list'], ['list', '--json'], ['--help'], ['list', '--help']]) {
      const outcome = await ended(args, { act: ({ stdout }) => stdout?.destroy() });
      expect({ args, ...outcome }).toEqual({ args, status: 0, stderr: '' });
    }
    const failed = await ended(['check', '1999999999', '--json'], { act: ({ stdout }) => stdout?.destroy() });
    expect(failed).toEqual({ status: 1, stderr: '' });
  });

  it('is a full disk: a sentence and status 1', async () => {
    const outcome = await ended(['list', '--json'], { stdout: openSync('/dev/full', 'w') });
    expect(outcome).toEqual({
      status: 1,
      stderr:
        'The output could not be written (ENOSPC): what the command did is done, and what it said is lost.\n',
    });
  });

  it('ends a redrive after the batch in hand, each message in one place and visible', async () => {
    const dead = Array.from({ length: 200 }, (_, n) => envelope(detail(`order-${n}`))).sort();
    queues.put('dead-letters', dead);
    const { child, ran } = queues.start(['redrive', '--endpoint', endpoint.name]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    expect((await ran).status).toBe(1);
    const [moved, left] = [queues.bodies(), queues.bodies('dead-letters')];
    expect(moved.length).toBeGreaterThanOrEqual(100);
    expect(moved.length).toBeLessThan(200);
    expect([...moved, ...left].sort()).toEqual(dead);
    expect(queues.messagesOf('dead-letters').hidden).toEqual([]);
  });
});

describe('a question that is answered with Ctrl-D', () => {
  it('means no: a sentence, status 1, and nothing is changed', async () => {
    const { arn } = await createTaggedKey(world, MCHID);
    const item = await world.registry.readItem(MCHID);
    if (item === undefined) throw new Error('no item');
    await world.registry.update(item, { previous: { certificate_serial: 'AB', signing_key_arn: arn } });
    const { status, stderr } = await ended(['retire', MCHID, '--stage', 'dev'], {
      env: { NODE_OPTIONS: '--import=data:text/javascript,process.stdin.isTTY=true' },
      act: ({ stdin }) => stdin?.end(),
    });
    expect(stderr).toMatch(/ Type yes to go on: \nnothing was changed\n$/);
    expect(status).toBe(1);
    expect((await world.registry.readItem(MCHID))?.previous).toBeDefined();
  });
});

describe('an error that nobody catches', () => {
  it('is one sentence, without a trace and without its text', async () => {
    const thrower = await world.file(
      'throw.mjs',
      "setImmediate(() => { throw new RangeError('SecretSecretSecret'); });",
    );
    const { status, stderr } = await ended(['list'], { env: { NODE_OPTIONS: `--import=${thrower}` } });
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'the command failed (RangeError)\n' });
  });
});
