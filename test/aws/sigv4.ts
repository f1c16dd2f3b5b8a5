import { type BinaryLike, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';

export type SignedRequest = {
  readonly method: string;
  /** As it stands in the request line, query included. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type SigV4Rules = {
  readonly region: string;
  /** As the scope names it: `kms`, `events`, `execute-api`. */
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Access key id → secret. Without it a signature must be there, but need not be right. */
  readonly secrets: ReadonlyMap<string, string> | undefined;
};

type Authorization = ReturnType<typeof parseAuthorization>;

const MAX_SKEW_MS = 5 * 60_000;
const BODY_HASH = 'x-amz-content-sha256';
const PARTS = /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/;

type SignatureErrorName =
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'MissingAuthenticationTokenException'
  | 'UnrecognizedClientException';

/** What AWS answers in front of a service, whichever it is; with status 400 where the service speaks JSON 1.1. */
export class SignatureError extends Error {
  override readonly name: SignatureErrorName;
  readonly status = 400;

  constructor(name: SignatureErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

const refuse = (name: SignatureErrorName, message: string): never => {
  throw new SignatureError(name, message);
};

const parseAuthorization = (header = '') => {
  if (!header.startsWith('AWS4-HMAC-SHA256 '))
    refuse('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const [, accessKeyId = '', scope = '', signed = '', signature = ''] = PARTS.exec(header) ?? [];
  if (accessKeyId === '')
    refuse(
      'IncompleteSignatureException',
      'Authorization header requires Credential, SignedHeaders, Signature.',
    );
  return { accessKeyId, scope, signedHeaders: signed.split(';'), signature };
};

const stampOf = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');

const readStamp = (stamp: string): number => {
  const time = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(time)) refuse('IncompleteSignatureException', `Date must be in ISO-8601. Got '${stamp}'.`);
  return time;
};

/** The words matter: the AWS SDK recognises "Signature expired" and tries again with a corrected clock. */
const checkAge = (sent: number, now: number): void => {
  const bound = (limit: number, sign: string) => `${stampOf(limit)} (${stampOf(now)} ${sign} 5 min.)`;
  const early = `Signature not yet current: ${stampOf(sent)} is still later than ${bound(now + MAX_SKEW_MS, '+')}`;
  const late = `Signature expired: ${stampOf(sent)} is now earlier than ${bound(now - MAX_SKEW_MS, '-')}`;
  if (Math.abs(sent - now) > MAX_SKEW_MS) refuse('InvalidSignatureException', sent > now ? early : late);
};

/** An unsigned host or x-amz header could be changed on the way without the signature noticing. */
const checkSignedHeaders = ({ signedHeaders }: Authorization, headers: IncomingHttpHeaders): void => {
  for (const name of Object.keys(headers))
    if ((name === 'host' || name.startsWith('x-amz-')) && !signedHeaders.includes(name))
      refuse('InvalidSignatureException', `'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
};

/** The form in which the signer takes its hash, and its HMAC. */
export class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as BinaryLike);
  }
  update = (data: Uint8Array): void => void this.#hash.update(data);
  digest = async (): Promise<Uint8Array> => this.#hash.digest();
  reset = (): void => undefined;
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('IncompleteSignatureException', 'The query is not percent-encoded.');
  }
};

/** A request line's target as the signer takes it: the path as it is, the query decoded. */
export const targetOf = (target: string) => {
  const [path = '', search = ''] = target.split(/\?(.*)/s);
  const query: Record<string, string[]> = Object.create(null);
  for (const pair of search.split('&').filter(Boolean)) {
    const [name = '', value = ''] = pair.split(/=(.*)/s).map(decode);
    query[name] = [...(query[name] ?? []), value];
  }
  return { path, query };
};

/** The request signed again, by whoever knows the secret. */
const signatureOf = async (
  { method, path, headers, body }: SignedRequest,
  { accessKeyId, signedHeaders }: Authorization,
  { region, service }: SigV4Rules,
  secretAccessKey: string,
): Promise<string> => {
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service,
    sha256: Sha256,
    // It believes a hash of the body that it is given, and hashes the body itself otherwise.
    applyChecksum: signedHeaders.includes(BODY_HASH),
  });
  const given = signedHeaders.filter((name) => name !== BODY_HASH);
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      ...targetOf(path),
      headers: Object.fromEntries(given.map((name) => [name, String(headers[name] ?? '')])),
      body,
    },
    {
      signingDate: new Date(readStamp(String(headers['x-amz-date']))),
      signableHeaders: new Set(signedHeaders),
    },
  );
  return parseAuthorization(signed.headers['authorization']).signature;
};

/** Checks AWS Signature Version 4 and tells who signed. @throws SignatureError, as AWS would answer. */
export const authenticate = async (request: SignedRequest, rules: SigV4Rules): Promise<string> => {
  const { headers } = request;
  const authorization = parseAuthorization(headers.authorization);
  const stamp = String(headers['x-amz-date']);
  const sent = readStamp(stamp);
  const scope = `${stamp.slice(0, 8)}/${rules.region}/${rules.service}/aws4_request`;
  if (authorization.scope !== scope)
    refuse('InvalidSignatureException', `Credential should be scoped to '${scope}'.`);
  checkSignedHeaders(authorization, headers);
  const secret = rules.secrets?.get(authorization.accessKeyId);
  if (rules.secrets !== undefined && secret === undefined)
    refuse('UnrecognizedClientException', 'The security token included in the request is invalid.');
  checkAge(sent, rules.now);
  if (secret === undefined) return authorization.accessKeyId;
  const expected = Buffer.from(await signatureOf(request, authorization, rules, secret));
  const given = Buffer.from(authorization.signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    refuse(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
    );
  return authorization.accessKeyId;
};
