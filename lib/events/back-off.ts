/** SQS gives a message this many chances before it is a dead letter: the stack tells it so. Nothing here loads a client. */
export const MAX_RECEIVES = 5;

const BASE_SECONDS = 15;
const MAX_SECONDS = 900;

/**
 * Seconds until a message should be tried again after its `receives`-th failure: 15, 60, 240, 900, each between half
 * and all of it, so that what failed together does not return together; never less than `retryAfter`. None after the
 * last, for SQS moves a message to the dead letters when somebody could receive it once more.
 * @param jitter uniform in [0, 1).
 */
export const drawBackoff = (receives: number, retryAfter = 0, jitter = Math.random()): number => {
  if (receives >= MAX_RECEIVES) return 0;
  const ceiling = Math.min(MAX_SECONDS, BASE_SECONDS * 4 ** (receives - 1));
  return Math.max(retryAfter, Math.ceil(ceiling * (0.5 + jitter / 2)));
};
