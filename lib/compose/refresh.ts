import type { Context } from 'aws-lambda';
import { parseConfig } from '../config.ts';
import { errorFields } from '../error-fields.ts';
import { asPresignError } from '../errors.ts';
import { createDownload } from '../merchants/download.ts';
import { createRefresh, type RefreshReport } from '../refresh.ts';
import { createTelemetry } from '../telemetry.ts';
import { connectAws } from './aws.ts';

/** Time kept back to report. */
const RESERVE_MS = 2_000;

async function* only(mchid: string): AsyncGenerator<string> {
  yield mchid;
}

/**
 * The Lambda that keeps every merchant's platform certificates current. A schedule invokes it; by hand,
 * `{"mchid": "…"}` refreshes that merchant alone.
 */
export const createRefreshHandler = (name: string) => {
  const telemetry = createTelemetry(name);
  return async (event: { mchid?: unknown }, context: Context): Promise<RefreshReport> => {
    const config = parseConfig(process.env);
    const { registry, sign, exchange, kms } = connectAws(config, telemetry);
    const download = createDownload(exchange, kms, config.dataKeyArn);
    const refresh = createRefresh({ registry, sign, download, telemetry });
    const budget = { remainingMs: () => context.getRemainingTimeInMillis() - RESERVE_MS };
    try {
      return await refresh(typeof event.mchid === 'string' ? only(event.mchid) : registry.list(), budget);
    } catch (error) {
      telemetry.log('error', 'certificate refresh failed', errorFields(asPresignError(error)));
      throw error;
    } finally {
      telemetry.flush();
    }
  };
};
