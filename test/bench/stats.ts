/** The value below which a share `p` (0 to 1) of the sample lies, between two neighbours by straight line. */
export const percentile = (sample: readonly number[], p: number): number => {
  if (sample.length === 0) throw new RangeError('no sample');
  const sorted = sample.toSorted((a, b) => a - b);
  const rank = (sorted.length - 1) * p;
  const below = sorted[Math.floor(rank)] ?? 0;
  const above = sorted[Math.ceil(rank)] ?? 0;
  return below + (above - below) * (rank - Math.floor(rank));
};

export const median = (sample: readonly number[]): number => percentile(sample, 0.5);

export type Spread = { p10: number; p90: number };

export const spread = (sample: readonly number[]): Spread => ({
  p10: percentile(sample, 0.1),
  p90: percentile(sample, 0.9),
});

/**
 * Each measurement over the one made right before or after it: whatever slowed the machine down for a while met both,
 * so it leaves the ratio alone.
 */
export const pairedRatios = (ours: readonly number[], theirs: readonly number[]): number[] => {
  if (ours.length !== theirs.length) throw new RangeError('measurements come in pairs');
  return ours.map((value, at) => value / (theirs[at] ?? Number.NaN));
};
