import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { packagedBundles } from '../support/template/packaged.ts';
import { runChaos } from './run.ts';

const CLI = fileURLToPath(new URL('./chaos.ts', import.meta.url));
/** So that a short run meets some. */
const OFTEN = 0.05;
const silent = (): void => {};
const bundles = await packagedBundles();

describe('a storm of faults', () => {
  it('ends every pre-sign in exactly one way: none is lost, doubled, sent with other bytes or wrongly failed', async () => {
    const report = await runChaos({ bundles, presigns: 150, seed: 31, say: silent, killed: OFTEN });
    expect(report.violations).toEqual([]);
    // It was a storm: something of everything happened, and chance has no say in that.
    const { asked, invocationsKilled, kmsThrottled, replays, outages, claimsByWrongClocks } = report;
    const happened = { ...asked, invocationsKilled, kmsThrottled, replays, outages, claimsByWrongClocks };
    expect(Object.entries(happened).filter(([, times]) => times === 0)).toEqual([]);
    expect(report.wechatPayCalls).toBeGreaterThan(report.account.made);
  }, 600_000);

  it('is seen to double pre-signs and to change their bytes as soon as requests are not remembered', async () => {
    const lenient = { refusesReentry: false, forgetful: true };
    const report = await runChaos({ bundles, presigns: 80, seed: 31, say: silent, ...lenient });
    const found = report.violations.join();
    for (const mistake of ['with several ends', 'made twice for one request', 'whose bytes differed'])
      expect(found).toContain(mistake);
  }, 600_000);
});

describe('npm run chaos', () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [CLI, ...args]).catch(
      (error: { code: number; stderr: string }) => error,
    );

  it('explains itself', async () => {
    const stdout = expect.stringMatching(/Usage: npm run chaos.*Status 0 when its "violations" are empty/s);
    expect(await run('--help')).toMatchObject({ stdout });
  });

  it.each([
    [['--pre-signs', 'many'], "--pre-signs must be a number from 1, 'many' given"],
    [['--pre-signs', '0'], "--pre-signs must be a number from 1, '0' given"],
    [['--wind'], "Unknown option '--wind'"],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});
