import { notifications } from '../../functions/notifications.ts';
import { authenticate, SignatureError, type SignedRequest } from './sigv4.ts';

export type IamOptions = {
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  clock?: () => number;
  /** Told why a request was refused: callers of API Gateway never hear it. Holds nothing of the request. */
  onRefused: (why: string) => void;
};

/** Whether a request may pass, which it tells by its body too. */
export type Authorizer = {
  needsSignature: (request: Pick<SignedRequest, 'method' | 'path'>) => boolean;
  allows: (request: SignedRequest) => Promise<boolean>;
};

/** One segment in place of the parameter: `..` in the path must not lead elsewhere. */
const OPEN = new RegExp(`^${notifications.path.replace(/\{\w+\}/, '[^/?]+')}$`);

/**
 * The authoriser of stack/api.ts: AWS Signature Version 4 in the header Authorization, for `execute-api`, on every route
 * but that of notifications. Every principal whose key is known may call. The time may be 5 minutes off, as AWS says
 * without naming API Gateway: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export const createAuthorizer = (options: IamOptions): Authorizer => {
  const { region, accessKeyId, secretAccessKey, clock = Date.now, onRefused } = options;
  const secrets = new Map([[accessKeyId, secretAccessKey]]);
  return {
    needsSignature: ({ method, path }) => method !== 'POST' || !OPEN.test(path),
    allows: async (request) => {
      try {
        await authenticate(request, { region, service: 'execute-api', now: clock(), secrets });
        return true;
      } catch (error) {
        if (!(error instanceof SignatureError)) throw error;
        onRefused(error.message);
        return false;
      }
    },
  };
};
