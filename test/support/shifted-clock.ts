/** From now on Date.now() of this process is as far ahead as it is told, for all who ask it: clients, stand-ins, Lambdas. */
export const shiftClock = () => {
  const real = Date.now;
  let ahead = 0;
  Date.now = () => real() + ahead;
  return {
    /** Milliseconds. */
    set: (ms: number): void => {
      ahead = ms;
    },
    restore: (): void => {
      Date.now = real;
    },
  };
};
