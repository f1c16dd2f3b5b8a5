import { KMSClient, type KMSClientConfig, KMSServiceException } from '@aws-sdk/client-kms';
import type { KmsSandbox } from '../../aws/kms/kms.ts';

/** The real SDK client, pointed at the sandbox; one attempt only, so that a test sees the error itself. */
export const clientOf = (kms: KmsSandbox, config: KMSClientConfig = {}): KMSClient =>
  new KMSClient({
    endpoint: kms.url,
    region: kms.region,
    credentials: kms.credentials,
    maxAttempts: 1,
    ...config,
  });

/** The error a call ends with; an SDK error comes with the HTTP status and request id of the answer. */
export const failureOf = async (work: Promise<unknown>) => {
  const outcome = await work.then(
    () => new Error('expected the call to fail'),
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new TypeError('expected an Error');
  const metadata = outcome instanceof KMSServiceException ? outcome.$metadata : undefined;
  return {
    name: outcome.name,
    message: outcome.message,
    status: metadata?.httpStatusCode,
    requestId: metadata?.requestId,
  };
};

type Signed = { headers: Record<string, string>; body: unknown };

/** Changes each request after it was signed, as somebody on the way could. */
export const tamper = (client: KMSClient, change: (request: Signed) => void): KMSClient => {
  client.middlewareStack.add(
    (next) => (args) => {
      change(args.request as Signed);
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'tamper' },
  );
  return client;
};
