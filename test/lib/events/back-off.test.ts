import { describe, expect, it } from '@jest/globals';
import { drawBackoff, MAX_RECEIVES } from '../../../lib/events/back-off.ts';
import { fc } from '../../support/fast-check.ts';

const jitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('how long a message is put off', () => {
  it('grows fourfold from 15 seconds to a quarter of an hour', () => {
    expect([1, 2, 3, 4].map((receives) => drawBackoff(receives, 0, 0.999))).toEqual([15, 60, 240, 900]);
    expect([1, 2, 3, 4].map((receives) => drawBackoff(receives, 0, 0))).toEqual([8, 30, 120, 450]);
  });

  it('is nothing after the last chance, for a dead letter should be seen at once', () => {
    expect(drawBackoff(MAX_RECEIVES, 60)).toBe(0);
    expect(drawBackoff(MAX_RECEIVES + 1)).toBe(0);
  });

  it('is a whole number of seconds that SQS takes, at least what was asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 3_600 }),
        jitter,
        (n, asked, j) => {
          const seconds = drawBackoff(n, asked, j);
          expect(Number.isInteger(seconds)).toBe(true);
          expect(seconds).toBeGreaterThanOrEqual(Math.max(asked, 1));
          expect(seconds).toBeLessThanOrEqual(43_200);
        },
      ),
    );
  });

  it('spreads what failed together over half of the time', () => {
    const seconds = Array.from({ length: 100 }, (_, i) => drawBackoff(4, 0, i / 100));
    expect(Math.min(...seconds)).toBe(450);
    expect(Math.max(...seconds)).toBeGreaterThan(890);
  });
});
