import { isPendingDeletion, KMS_ERRORS } from '../lib/merchants/kms-faults.ts';

/** What was asked of AWS when it failed. */
export type Call = { service: string; operation: string; region: string; table?: string | undefined };

const calls = new WeakMap<object, Call>();

export const rememberCall = (thrown: unknown, call: Call): void => {
  if (thrown instanceof Error) calls.set(thrown, call);
};

type Thrown = Partial<NodeJS.ErrnoException> & {
  address?: string;
  port?: number;
  hostname?: string;
  /** A proxy's answer to CONNECT. */
  statusCode?: number;
  $metadata?: { httpStatusCode?: number };
};

const AGAIN = 'run the command again';
const UNKNOWN_HOST = ({ hostname = 'asked for' }: Thrown, region: string) =>
  `the host ${hostname} cannot be found: is the region${region} spelt right (--region, AWS_REGION, the profile), are network and DNS there?`;
const NOBODY = ({ address, port }: Thrown) =>
  `nothing answers${address === undefined ? '' : ` at ${address}:${port}`}: look at the network, at a firewall, and at what AWS_ENDPOINT_URL and HTTPS_PROXY name`;
const BROKEN = () => `the connection broke: ${AGAIN}`;

/** Node's codes, and OpenSSL's. Their texts may hold a proxy's password. */
const CODES: Readonly<Record<string, (error: Thrown, region: string) => string>> = {
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  ECONNREFUSED: NOBODY,
  EHOSTUNREACH: NOBODY,
  ENETUNREACH: NOBODY,
  ENETDOWN: NOBODY,
  ECONNRESET: BROKEN,
  EPIPE: BROKEN,
  EPROTO: () => 'what answers does not speak TLS: look at what AWS_ENDPOINT_URL and HTTPS_PROXY name',
  ERR_PROXY_TUNNEL: ({ statusCode }) =>
    `the proxy that HTTPS_PROXY names does not let the call through (${statusCode ?? 'no answer'}): NO_PROXY names hosts that need none`,
};

const isCertificate = (code: string): boolean => /CERT|UNABLE_TO_|SELF_SIGNED|ERR_TLS_/.test(code);

const NO_PERMISSION =
  'these AWS credentials may not do that: ask for the permission that AWS names, or use another --profile (docs/operator.md and docs/dead-letters.md list the permissions)';
const SESSION = 'the AWS session has ended: log in again (`aws sso login`)';
const OFTEN = 'AWS is asked too often just now: run the command again in a minute';
const CLOCK = 'the clock of this machine is wrong, AWS says: set it';
const QUEUE_KEY = 'the KMS key that encrypts the queues';
const PROFILE = 'look at --profile, AWS_PROFILE and the files in ~/.aws';

/** AWS's names of errors, and the SDK's. */
const NAMES: Readonly<Record<string, string>> = {
  AccessDenied: NO_PERMISSION,
  AccessDeniedException: NO_PERMISSION,
  ExpiredToken: SESSION,
  ExpiredTokenException: SESSION,
  UnrecognizedClientException: `AWS does not know these credentials, or not in this region: ${PROFILE}`,
  InvalidClientTokenId: `AWS does not know these credentials, or not in this region: ${PROFILE}`,
  InvalidSignatureException: `the secret access key is not that of the access key: ${PROFILE}`,
  SignatureDoesNotMatch: `the secret access key is not that of the access key: ${PROFILE}`,
  RequestTimeTooSkewed: CLOCK,
  RequestExpired: CLOCK,
  ThrottlingException: OFTEN,
  RequestThrottled: OFTEN,
  RequestLimitExceeded: OFTEN,
  ProvisionedThroughputExceededException: OFTEN,
  LimitExceededException: 'a quota of this AWS account is used up: look at Service Quotas',
  TimeoutError: `no answer came in time: ${AGAIN}; if it stays so, look at the network and HTTPS_PROXY`,
  [KMS_ERRORS.missing]:
    'the KMS key does not exist in this account and region: check --stage, --region and --profile',
  [KMS_ERRORS.disabled]: 'the KMS key is disabled: enable it with `aws kms enable-key`',
  UnsupportedOperationException: 'KMS does not do this for this kind of key in this region',
  QueueDoesNotExist: 'a queue has gone meanwhile: check --stage, --region and --profile',
  PurgeQueueInProgress: 'SQS purges a queue once in 60 seconds, and somebody has just done it: wait a minute',
  OverLimit:
    'too many messages of this queue are held by readers just now: run the command again in a minute',
  KmsAccessDenied: `these AWS credentials may not use ${QUEUE_KEY}: they need kms:Decrypt, and to redrive kms:GenerateDataKey`,
  KmsDisabled: `${QUEUE_KEY} is disabled: enable it with \`aws kms enable-key\``,
  KmsInvalidState: `${QUEUE_KEY} cannot be used in its present state: look at it with \`aws kms describe-key\``,
  KmsNotFound: `${QUEUE_KEY} does not exist any more`,
  KmsThrottled: OFTEN,
};

/** The SDK's texts of credentials tell what is wrong; those of a `credential_process` hold its command line. */
const credentials = (text: string): string => {
  if (/\bSSO\b.*(expired|invalid|not found)|Token is expired|re-authenticate/i.test(text)) return SESSION;
  if (/profile/i.test(text)) return `the AWS profile gives no credentials: ${PROFILE}`;
  return 'no AWS credentials were found: name a profile of ~/.aws with --profile or AWS_PROFILE, or log in with `aws sso login`';
};

const sentence = (error: Thrown, call: Call | undefined): string => {
  const { name = '', code = '', message = '', $metadata: { httpStatusCode: status = 0 } = {} } = error;
  const known = CODES[code]?.(error, call === undefined ? '' : ` ${call.region}`);
  if (known !== undefined) return `${known} (${code})`;
  if (isCertificate(code))
    return `what answers is not trusted to be AWS (${code}): a proxy that opens TLS needs its CA in NODE_EXTRA_CA_CERTS; a wrong clock does this, too`;
  if (/^(CredentialsProvider|TokenProvider|Provider)Error$/.test(name)) return credentials(message);
  if (name === KMS_ERRORS.invalidState)
    return isPendingDeletion(error)
      ? 'the KMS key is going to be deleted: save it with `aws kms cancel-key-deletion` and `aws kms enable-key`'
      : 'the KMS key is not ready to be used: an import into it may be unfinished';
  if (/signature/i.test(name) && /expired|not yet current/.test(message)) return CLOCK;
  if (name === 'ResourceNotFoundException')
    return `there is no table ${call?.table ?? 'of this name'} here: check --stage, --region and --profile`;
  if (NAMES[name] !== undefined) return NAMES[name];
  if (name === 'SyntaxError')
    return `what answered is not AWS (status ${status}): look at what AWS_ENDPOINT_URL and HTTPS_PROXY name`;
  if (status >= 500) return `AWS could not do what it was asked for (${name}): ${AGAIN}`;
  const failed = call === undefined ? 'the command failed' : 'an AWS call failed';
  return `${failed} (${[name, code].filter((part) => part !== '').join(' ')})`;
};

const isDenial = ({ name }: Error): boolean => name === 'AccessDenied' || name === 'AccessDeniedException';

/** What went wrong with a call of AWS, what to look at, and which call it was. Of AWS's own text only what a denial names. */
export const explainAws = (error: Error): string => {
  const call = calls.get(error);
  const told = sentence(error, call);
  const where = call === undefined ? '' : ` [${call.service} ${call.operation}, ${call.region}]`;
  // It names principal, action and resource, which whoever grants the permission needs. Other texts may quote input.
  return `${told}${where}${isDenial(error) ? ` AWS says: ${error.message}` : ''}`;
};
