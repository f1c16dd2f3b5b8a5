import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { runChaos } from './run.ts';

const CLI = fileURLToPath(new URL('./chaos.ts', import.meta.url));
/** So that a short run meets some, though hardly one message five times: that would answer it and make it a dead letter. */
const OFTEN = 0.05;
const silent = (): void => {};

describe('a storm of faults', () => {
  it('ends every sign-up in exactly one way, and none is lost, doubled or asked for again once remembered', async () => {
    const report = await runChaos({ signUps: 400, seed: 4, say: silent, killed: OFTEN });
    expect(report.violations).toEqual([]);
    const { succeeded, failed, 'dead letter': dead } = report.ends;
    expect(succeeded + failed + dead).toBe(400);
    expect(report.endsOf.poison).toEqual({ 'dead letter': report.asked.poison });
    expect(report.endsOf.invalid).toEqual({ 'failed, PARAM_ERROR': report.asked.invalid });
    // It was a storm: something of everything happened.
    const { asked, invocationsKilled, kmsThrottled, replays } = report;
    const happened = { ...asked, invocationsKilled, kmsThrottled, replays };
    expect(Object.entries(happened).filter(([, times]) => times === 0)).toEqual([]);
    expect(report.wechatPayCalls).toBeGreaterThan(report.asked.good);
  }, 300_000);

  it('is seen to double sign-ups as soon as outcomes are not remembered', async () => {
    const env = { POWERTOOLS_IDEMPOTENCY_DISABLED: 'true' };
    const report = await runChaos({ signUps: 200, seed: 4, say: silent, killed: OFTEN, env });
    expect(report.violations.join()).toMatch(/sign-ups with several ends/);
  }, 300_000);
});

describe('npm run chaos', () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [CLI, ...args]).catch(
      (error: { code: number; stderr: string }) => error,
    );

  it('explains itself', async () => {
    expect(await run('--help')).toMatchObject({ stdout: expect.stringContaining('Usage: npm run chaos') });
  });

  it.each([
    [['--sign-ups', 'many'], "--sign-ups must be a number from 1, 'many' given"],
    [['--sign-ups', '0'], "--sign-ups must be a number from 1, '0' given"],
    [['--wind'], "Unknown option '--wind'"],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});
