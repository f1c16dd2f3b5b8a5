/** The heap reaches its working size in the first quarter; what grows after that would go on growing. */
export const MAX_MEMORY_GROWTH = 1.25;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Too few invocations say nothing: the heap is still finding its size. */
const MIN_INVOCATIONS = 300;

/** Median memory in the last quarter of the invocations over that in the second. */
export const growthOf = (memory: readonly number[]): number => {
  if (memory.length < MIN_INVOCATIONS) return 1;
  const quarter = Math.floor(memory.length / 4);
  return median(memory.slice(-quarter)) / median(memory.slice(quarter, 2 * quarter));
};
