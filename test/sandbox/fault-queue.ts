/** Faults waiting for a call. The first added that matches is the one that strikes; one call, one fault. */
export const createFaultQueue = <Kind extends string, Call>() => {
  const waiting: { kind: Kind; left: number; match: (call: Call) => boolean }[] = [];
  return {
    /** Meets the next `times` calls that `match`. */
    add: (kind: Kind, times = 1, match: (call: Call) => boolean = () => true): void =>
      void waiting.push({ kind, left: times, match }),
    take: (call: Call): Kind | undefined => {
      const found = waiting.find(({ match }) => match(call));
      if (found === undefined) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting.splice(waiting.indexOf(found), 1);
      return found.kind;
    },
    clear: (): void => void waiting.splice(0),
  };
};
