/** Now, in milliseconds since the epoch, with their fractions: it never goes back, whatever any clock is set to. */
export const moment = (): number => performance.timeOrigin + performance.now();
