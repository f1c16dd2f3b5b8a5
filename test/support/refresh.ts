import type { Context } from 'aws-lambda';
import { createRefreshHandler } from '../../lib/compose/refresh.ts';
import type { RefreshReport } from '../../lib/refresh.ts';
import { contextFor } from './events.ts';

/** The scheduled Lambda, freshly started. */
export const refreshLambda = (env: Record<string, string>) => {
  const handler = createRefreshHandler('platformCertificatesRefresh');
  return (
    event: { mchid?: unknown } = {},
    context: Context = contextFor(300_000),
  ): Promise<RefreshReport> => {
    Object.assign(process.env, env);
    return handler(event, context);
  };
};
