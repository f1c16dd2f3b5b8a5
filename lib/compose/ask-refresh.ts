import { LambdaClient } from '@aws-sdk/client-lambda';
import { askRefresh } from '../merchants/ask-refresh.ts';

/** One try, as long as there is time: the refresh Lambda may have to start, and a second try would be a second refresh. */
const CLIENT = {
  maxAttempts: 1,
  cacheMiddleware: true,
  requestHandler: { connectionTimeout: 1_000, throwOnRequestTimeout: true },
};

/** How Lambdas that cannot sign get platform keys that nobody knows yet. */
export const connectAskRefresh = ({ refreshFunction }: { refreshFunction: string }) =>
  askRefresh(new LambdaClient(CLIENT), refreshFunction);
