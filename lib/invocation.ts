import type { Context } from 'aws-lambda';
import { fault } from './errors.ts';

/** One invocation of a Lambda: what its work must know of the time it has. */
export type Invocation = {
  /** AWS's id of it. */
  awsRequestId: string;
  /** Milliseconds left for attempts at WeChat Pay. */
  remainingMs: () => number;
  /** When Lambda ends it, in milliseconds since the epoch: nothing it does happens later. */
  endsAt: number;
  /** Aborts in the last moment; what then happens belongs to whoever comes again. */
  signal: AbortSignal;
};

/** @param reserveMs time kept back from the attempts, for what comes after them. */
export const invocationOf = (context: Context, signal: AbortSignal, reserveMs: number): Invocation => ({
  awsRequestId: context.awsRequestId,
  remainingMs: () => context.getRemainingTimeInMillis() - reserveMs,
  endsAt: Date.now() + context.getRemainingTimeInMillis(),
  signal,
});

/** Settles as `work` does; rejects with GATEWAY_TIMEOUT once `signal` has aborted. */
export const unlessLate = <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const late = (): void => reject(fault('GATEWAY_TIMEOUT', 'deadline'));
    if (signal?.aborted) late();
    signal?.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', late));
  });
