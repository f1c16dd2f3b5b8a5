import { createFaultQueue } from '../../../sandbox/fault-queue.ts';
import { KmsError, type KmsErrorName } from './errors.ts';

/** What a policy and a fault may look at: the facts IAM conditions on KMS can see. */
export type KmsRequest = {
  readonly accessKeyId: string;
  readonly operation: string;
  readonly keyArn: string | undefined;
  readonly encryptionContext: Readonly<Record<string, string>> | undefined;
  readonly signingAlgorithm: string | undefined;
  readonly messageType: string | undefined;
  readonly wrappingAlgorithm: string | undefined;
};

export type Fault =
  | { readonly kind: 'throttled' }
  /** As right after the key was made: KMS shows it a little later. */
  | { readonly kind: 'not-visible-yet' }
  | { readonly kind: 'limit-exceeded' }
  | { readonly kind: 'internal' }
  | { readonly kind: 'dependency-timeout' }
  | { readonly kind: 'key-unavailable' }
  /** Accepts the request and never answers. */
  | { readonly kind: 'hang' }
  /** Destroys the socket with a TCP reset. */
  | { readonly kind: 'reset' }
  /** Does what it was asked for, and destroys the socket instead of saying so. */
  | { readonly kind: 'lost-answer' }
  /** Answers properly, but `ms` milliseconds later than it would. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Sign only: signs with, and names, the key `keyArn` or else a fresh one of the same spec. */
  | { readonly kind: 'wrong-key'; readonly keyArn?: string }
  /** Sign only: one bit of the signature is wrong. */
  | { readonly kind: 'bad-signature' };

/** The kinds that need no parameter. */
export type PlainFaultKind = Exclude<Fault['kind'], 'latency'>;

export type FaultOptions = {
  /** How many matching requests it hits. */
  readonly times?: number;
  readonly match?: (request: KmsRequest) => boolean;
};

/** A request that is unsigned, malformed or names an unknown key is refused before any fault is looked for. */
export type AddFault = (fault: Fault | PlainFaultKind, options?: FaultOptions) => void;

const SIGN_ONLY: ReadonlySet<Fault['kind']> = new Set(['wrong-key', 'bad-signature']);

const ERRORS: Partial<Record<Fault['kind'], readonly [KmsErrorName, string]>> = {
  'not-visible-yet': ['NotFoundException', 'The key does not exist'],
  throttled: [
    'ThrottlingException',
    'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  ],
  'limit-exceeded': ['LimitExceededException', 'A quota was exceeded'],
  internal: ['KMSInternalException', 'An internal error occurred'],
  'dependency-timeout': [
    'DependencyTimeoutException',
    'The system timed out while trying to fulfill the request',
  ],
  'key-unavailable': ['KeyUnavailableException', 'The key is temporarily unavailable'],
};

/** The error a fault answers with, for those that are an answer. */
export const errorOf = (fault: Fault): KmsError | undefined => {
  const found = ERRORS[fault.kind];
  return found && new KmsError(...found);
};

export const createFaults = () => {
  const { add: enqueue, take, clear } = createFaultQueue<Fault, KmsRequest>();
  const add: AddFault = (fault, { times, match = () => true } = {}) => {
    const typed: Fault = typeof fault === 'string' ? { kind: fault } : fault;
    const strikes = (request: KmsRequest): boolean =>
      (request.operation === 'Sign' || !SIGN_ONLY.has(typed.kind)) && match(request);
    enqueue(typed, times, strikes);
  };
  return { add, take, clear };
};

export type Faults = ReturnType<typeof createFaults>;
