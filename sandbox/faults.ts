import type { Fault } from './fault.ts';
import { createFaultQueue } from './fault-queue.ts';
import type { Call } from './types.ts';

export type FaultOptions = {
  /** How many calls it meets; default 1, `Infinity` for until `clearFaults`. */
  readonly times?: number;
  /** Only the calls for which this says so; asked once the call's record is filled in. */
  readonly match?: (call: Readonly<Call>) => boolean;
  /** Of those, how many: 0.1 is every tenth, beginning with the tenth. Default 1. */
  readonly rate?: number;
};

export type Faults = ReturnType<typeof createFaults>;

/** Latency has a queue of its own, for it can come with another. */
export function createFaults() {
  const faults = createFaultQueue<Fault, Readonly<Call>>();
  const delays = createFaultQueue<Extract<Fault, { kind: 'latency' }>, Readonly<Call>>();
  return {
    add(fault: Fault, { times, match: matches = () => true, rate = 1 }: FaultOptions = {}): void {
      const match = atRate(rate, matches);
      if (fault.kind === 'latency') delays.add(fault, times, match);
      else faults.add(fault, times, match);
    },
    clear(): void {
      faults.clear();
      delays.clear();
    },
    /** Those that are still waiting, and how many calls each of them is still to meet. */
    waiting: () => [...delays.waiting(), ...faults.waiting()],
    /** How many are still waiting for a call: a test that planned a fault can see that it struck. */
    pending: () => faults.pending() + delays.pending(),
    /** The fault this call meets, if any, and the milliseconds its answer is late. */
    take(call: Call): { readonly fault: Fault | undefined; readonly delay: number } {
      const latency = delays.take(call);
      const fault = faults.take(call);
      if (latency) call.fault = latency.kind;
      return { fault, delay: latency?.ms ?? 0 };
    },
  };
}

/** No chance in it: the same calls meet the same faults. */
function atRate(rate: number, match: (call: Readonly<Call>) => boolean): (call: Readonly<Call>) => boolean {
  let due = 0;
  return (call) => {
    if (!match(call)) return false;
    // Sums of tenths are a little off.
    due = Math.round((due + rate) * 1e9) / 1e9;
    if (due < 1) return false;
    due -= 1;
    return true;
  };
}
