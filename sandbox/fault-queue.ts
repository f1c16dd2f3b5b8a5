/** Faults waiting for a call. The first added that matches is the one that strikes; one call, one fault. */
export const createFaultQueue = <Fault, Call>() => {
  const waiting: { fault: Fault; left: number; match: (call: Call) => boolean }[] = [];
  return {
    /** Meets the next `times` calls that `match`. */
    add: (fault: Fault, times = 1, match: (call: Call) => boolean = () => true): void =>
      void waiting.push({ fault, left: times, match }),
    take: (call: Call): Fault | undefined => {
      const found = waiting.find(({ match }) => match(call));
      if (found === undefined) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting.splice(waiting.indexOf(found), 1);
      return found.fault;
    },
    clear: (): void => void waiting.splice(0),
    waiting: () => waiting.map(({ fault, left }) => ({ fault, left })),
    /** How many are still waiting. */
    pending: (): number => waiting.length,
  };
};
