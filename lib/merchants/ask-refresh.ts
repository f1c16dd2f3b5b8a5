import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { fault } from '../errors.ts';
import type { Budget } from '../wechatpay/exchange.ts';
import type { FetchKeys, Memory } from './entry.ts';

/** One merchant's refresh is a cold start, a download and a write: what takes longer is not waited for. */
const MOST_MS = 10_000;

/** What of the RefreshReport in lib/refresh.ts tells whether it went well. */
const report = z.object({ failed: z.array(z.unknown()) });

const wentWell = (payload: Uint8Array | undefined): boolean => {
  try {
    return report.parse(JSON.parse(Buffer.from(payload ?? []).toString())).failed.length === 0;
  } catch {
    return false;
  }
};

const notRefreshed = (cause?: unknown) =>
  fault('SERVICE_UNAVAILABLE', 'refresh_failed', { cause, retryAfter: 60 });

/**
 * For Lambdas that may neither sign, nor open APIv3 keys, nor write to the registry: the refresh Lambda, which may, looks
 * after the merchant and writes down what it finds.
 * @param lambda a client that tries once, for each try is a refresh.
 */
export const askRefresh = (lambda: LambdaClient, functionName: string) => {
  /** Rejects with a PresignError (SERVICE_UNAVAILABLE). */
  const invoke = async (mchid: string, { remainingMs, signal }: Budget): Promise<void> => {
    const requestTimeout = Math.min(remainingMs(), MOST_MS);
    // To the SDK, 0 is no limit.
    if (requestTimeout <= 0) throw fault('SERVICE_UNAVAILABLE', 'deadline', { retryAfter: 2 });
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify({ mchid }) });
    const options = { requestTimeout, ...(signal ? { abortSignal: signal } : {}) };
    const { FunctionError, Payload } = await lambda.send(command, options).catch((error: unknown) => {
      throw notRefreshed(error);
    });
    if (FunctionError !== undefined || !wentWell(Payload)) throw notRefreshed();
  };

  return ({ reread }: Pick<Memory, 'reread'>): FetchKeys =>
    async (entry, { mchid }, budget) => {
      try {
        await invoke(mchid, budget);
      } catch (error) {
        // It may go on and end well without us: the next lookup is to see that, not only one after the cool-down.
        entry.doubted = true;
        throw error;
      }
      await reread(mchid, entry);
      return true;
    };
};
