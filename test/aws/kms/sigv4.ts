import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { KmsError, type KmsErrorName } from './errors.ts';

export type SignedRequest = {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type SigV4Rules = {
  readonly region: string;
  /** Default `kms`. */
  readonly service?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Access key id → secret. Without it a signature must be there, but need not be right. */
  readonly secrets: ReadonlyMap<string, string> | undefined;
};

type Authorization = {
  readonly accessKeyId: string;
  readonly scope: readonly [date: string, region: string, service: string, terminator: string];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

const MAX_SKEW_MS = 5 * 60_000;

const refuse = (name: KmsErrorName, message: string): never => {
  throw new KmsError(name, message);
};

const headerOf = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/\s+/g, ' ');
};

const parseAuthorization = (header: string): Authorization => {
  if (!header.startsWith('AWS4-HMAC-SHA256 ')) {
    return refuse('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const pairs = header.slice(header.indexOf(' ') + 1).split(',');
  const parts = new Map(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1).trim()]),
  );
  const part = (name: string): string =>
    parts.get(name) ||
    refuse('IncompleteSignatureException', `Authorization header requires '${name}' parameter.`);
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] =
    part('Credential').split('/');
  return {
    accessKeyId,
    scope: [date, region, service, terminator],
    signedHeaders: part('SignedHeaders').split(';'),
    signature: part('Signature'),
  };
};

const checkScope = ({ scope }: Authorization, rules: SigV4Rules, stamp: string): void => {
  const [date, region, service, terminator] = scope;
  const wrong = (message: string) => refuse('InvalidSignatureException', message);
  if (region !== rules.region) wrong(`Credential should be scoped to a valid region, not '${region}'.`);
  const { service: expected = 'kms' } = rules;
  if (service !== expected) wrong(`Credential should be scoped to correct service: '${expected}'.`);
  if (terminator !== 'aws4_request') {
    wrong(`Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.`);
  }
  if (date !== stamp.slice(0, 8)) wrong('Date in Credential scope does not match YYYYMMDD from X-Amz-Date.');
};

const stampOf = (time: number): string => `${new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '')}`;

const checkDate = (stamp: string, now: number): void => {
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const sent = iso === stamp ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(sent))
    refuse('IncompleteSignatureException', `Date must be in ISO-8601 basic format. Got '${stamp}'.`);
  // The words matter: the AWS SDK recognises "Signature expired" and tries again with a corrected clock.
  const bound = (limit: number, sign: string) => `${stampOf(limit)} (${stampOf(now)} ${sign} 5 min.)`;
  if (sent < now - MAX_SKEW_MS) {
    refuse(
      'InvalidSignatureException',
      `Signature expired: ${stamp} is now earlier than ${bound(now - MAX_SKEW_MS, '-')}`,
    );
  }
  if (sent > now + MAX_SKEW_MS) {
    refuse(
      'InvalidSignatureException',
      `Signature not yet current: ${stamp} is still later than ${bound(now + MAX_SKEW_MS, '+')}`,
    );
  }
};

/** An unsigned host or x-amz header could be changed on the way without the signature noticing. */
const checkSignedHeaders = ({ signedHeaders }: Authorization, headers: IncomingHttpHeaders): void => {
  for (const name of Object.keys(headers)) {
    if ((name === 'host' || name.startsWith('x-amz-')) && !signedHeaders.includes(name)) {
      refuse('InvalidSignatureException', `'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
};

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

const expectedSignature = (
  request: SignedRequest,
  { scope, signedHeaders }: Authorization,
  stamp: string,
  secret: string,
): Buffer => {
  const headers = signedHeaders.map((name) => `${name}:${headerOf(request.headers, name)}\n`).join('');
  // Path and query are constants: every request of AWS's JSON protocols is a POST to "/".
  const canonical = [request.method, '/', '', headers, signedHeaders.join(';'), sha256(request.body)].join(
    '\n',
  );
  const key = scope.reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', stamp, scope.join('/'), sha256(canonical)].join('\n'));
};

/**
 * Checks AWS Signature Version 4 and tells who signed, or throws the error AWS would answer with.
 * Written from AWS's description of the scheme, not from the SDK that makes the signatures under test.
 */
export const authenticate = (request: SignedRequest, rules: SigV4Rules): string => {
  const authorization = parseAuthorization(headerOf(request.headers, 'authorization'));
  const stamp = headerOf(request.headers, 'x-amz-date');
  checkScope(authorization, rules, stamp);
  checkSignedHeaders(authorization, request.headers);
  if (rules.secrets === undefined) {
    checkDate(stamp, rules.now);
    return authorization.accessKeyId;
  }
  const secret = rules.secrets.get(authorization.accessKeyId);
  if (secret === undefined) {
    return refuse('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  checkDate(stamp, rules.now);
  const expected = expectedSignature(request, authorization, stamp, secret);
  const given = Buffer.from(authorization.signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    refuse(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  return authorization.accessKeyId;
};
