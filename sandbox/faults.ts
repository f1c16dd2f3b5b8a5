import type { Fault } from './fault.ts';
import { createFaultQueue } from './fault-queue.ts';
import type { Call } from './types.ts';

export type FaultOptions = {
  /** How many calls it meets; default 1, `Infinity` for until `clearFaults`. */
  readonly times?: number;
  /** Only the calls for which this says so; asked once the call's record is filled in. */
  readonly match?: (call: Readonly<Call>) => boolean;
};

export type Faults = ReturnType<typeof createFaults>;

/** Latency has a queue of its own, for it can come with another. */
export function createFaults() {
  const faults = createFaultQueue<Fault, Readonly<Call>>();
  const delays = createFaultQueue<Extract<Fault, { kind: 'latency' }>, Readonly<Call>>();
  return {
    add(fault: Fault, { times, match }: FaultOptions = {}): void {
      if (fault.kind === 'latency') delays.add(fault, times, match);
      else faults.add(fault, times, match);
    },
    clear(): void {
      faults.clear();
      delays.clear();
    },
    /** How many are still waiting for a call: a test that planned a fault can see that it struck. */
    pending: () => faults.pending() + delays.pending(),
    /** The fault this call meets, if any, and the milliseconds its answer is late. */
    take(call: Call): { readonly fault: Fault | undefined; readonly delay: number } {
      const latency = delays.take(call);
      const fault = faults.take(call);
      const kind = fault?.kind ?? latency?.kind;
      if (kind) call.fault = kind;
      return { fault, delay: latency?.ms ?? 0 };
    },
  };
}
