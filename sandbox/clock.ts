export type Clock = ReturnType<typeof createClock>;

/** A clock that can be set off from another. Milliseconds since the epoch. */
export function createClock(base: () => number) {
  let offset = 0;
  return {
    now: (): number => base() + offset,
    offset: (): number => offset,
    setOffset(ms: number): void {
      offset = ms;
    },
  };
}
