import { beforeEach, describe, expect, it } from '@jest/globals';
import type { MerchantRecord } from '../../../lib/merchants/record.ts';
import type { Registry } from '../../../lib/merchants/registry.ts';
import { limitStrangers } from '../../../lib/notifications/strangers.ts';

const here = new Set<string>();
let reads: string[];
let now: number;
let fails: boolean;
let registry: Registry;
beforeEach(() => {
  here.clear();
  [reads, now, fails] = [[], 1_000_000, false];
  const behind = {
    read: async (mchid: string) => {
      reads.push(mchid);
      if (fails) throw new Error('down');
      return here.has(mchid) ? ({ mchid } as MerchantRecord) : undefined;
    },
  } as Registry;
  registry = limitStrangers(behind, () => now);
});
const knockAll = (numbers: readonly string[]) => Promise.allSettled(numbers.map(registry.read));
const many = (from: number, count = 100) => Array.from({ length: count }, (_, n) => String(from + n));

describe('a registry behind an open door', () => {
  it('is read for 20 strangers in 10 seconds, at once or one after the other, also while it is down', async () => {
    fails = true;
    await knockAll(many(1_000));
    fails = false;
    await knockAll(many(2_000));
    expect(reads).toHaveLength(20);
    now += 10_000;
    for (const mchid of many(3_000)) await registry.read(mchid);
    expect(reads).toHaveLength(40);
  });

  it('is always read for who was found, and as often as wanted for those who are found', async () => {
    for (const mchid of many(1)) here.add(mchid);
    await knockAll(many(1));
    await knockAll(many(1_000));
    reads.splice(0);
    expect((await registry.read('1'))?.mchid).toBe('1');
    expect(reads).toEqual(['1']);
  });

  it('forgets for a minute who is not there, and then looks again', async () => {
    await registry.read('7');
    here.add('7');
    now += 59_999;
    expect(await registry.read('7')).toBeUndefined();
    now += 1;
    expect((await registry.read('7'))?.mchid).toBe('7');
  });

  it('takes who is removed for a stranger like any other', async () => {
    here.add('7');
    await registry.read('7');
    here.delete('7');
    for (let n = 0; n < 50; n += 1) await registry.read('7');
    expect(reads).toHaveLength(2);
  });
});
