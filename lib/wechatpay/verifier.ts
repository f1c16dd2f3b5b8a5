import { verify } from 'node:crypto';
import { fault, type PresignError, type Reason } from '../errors.ts';
import { SCHEME, signedMessage } from './message.ts';
import { findKey, type PlatformKey, type PlatformKeys } from './platform-keys.ts';
import type { HttpResponse } from './transport.ts';

/** Strictly: Node's decoder skips what it does not know, and would find one signature in a header sent twice. */
const BASE64 = /^[0-9A-Za-z+/]+={0,2}$/;

/** How WeChat Pay begins a signature that is wrong on purpose, to see who checks. */
const PROBE = 'WECHATPAY/SIGNTEST/';

/** Seconds a timestamp may be off our clock, either way; WeChat Pay allows requests the same. */
const MAX_CLOCK_OFFSET = 300;

/** What WeChat Pay signs: an answer, or a notification. */
export type SignedMessage = Pick<HttpResponse, 'headers' | 'body'>;

export type VerifierContext = {
  keys: PlatformKeys;
  /** Fetches keys we do not know yet; resolves with the map that is current afterwards. */
  refreshKeys: (serial?: string) => Promise<PlatformKeys>;
  /** Milliseconds since the epoch. */
  now: () => number;
};

const headerOf = ({ headers }: Pick<HttpResponse, 'headers'>, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** WeChat Pay's Request-ID of an answer, for logs and callers. */
export const requestIdOf = (response: SignedMessage): string | undefined => headerOf(response, 'request-id');

/** Whether our clock is so far off that of the answer's Date that WeChat Pay refuses whatever we sign. */
export const isClockOff = (response: HttpResponse, now: number): boolean =>
  Math.abs(Date.parse(headerOf(response, 'date') ?? '') - now) > MAX_CLOCK_OFFSET * 1_000;

/** Whether WeChat Pay claims to have signed the answer. Errors often come unsigned; a 2xx never may. */
export const claimsSignature = (response: HttpResponse): boolean =>
  headerOf(response, 'wechatpay-signature') !== undefined;

const rejected = (message: SignedMessage, reason: Reason): PresignError =>
  fault('BAD_GATEWAY', reason, { requestId: requestIdOf(message) });

const signatureHeaders = (message: SignedMessage) => {
  const timestamp = headerOf(message, 'wechatpay-timestamp');
  const nonce = headerOf(message, 'wechatpay-nonce');
  const signature = headerOf(message, 'wechatpay-signature');
  const serial = headerOf(message, 'wechatpay-serial');
  const type = headerOf(message, 'wechatpay-signature-type') ?? SCHEME;
  if (!timestamp || !nonce || !signature || !serial || type !== SCHEME) {
    throw rejected(message, 'verification_headers_missing');
  }
  return { timestamp, nonce, signature, serial };
};

/**
 * What can be said of a signature without a key: it is there, and of now. `now` in milliseconds since the epoch.
 * @throws PresignError BAD_GATEWAY
 */
export const readSignature = (message: SignedMessage, now: number) => {
  const found = signatureHeaders(message);
  const offset = Math.abs(now / 1000 - Number(found.timestamp));
  if (!/^\d{1,12}$/.test(found.timestamp) || offset > MAX_CLOCK_OFFSET)
    throw rejected(message, 'verification_timestamp');
  return found;
};

const keyFor = async (
  serial: string,
  { keys, refreshKeys, now }: VerifierContext,
): Promise<PlatformKey | undefined> =>
  findKey(keys, serial, now()) ?? findKey(await refreshKeys(serial), serial, now());

/**
 * Returns when the message was made by WeChat Pay just now, over the bytes as they came; throws otherwise. A probe is
 * a wrong signature like any other; it only has a reason of its own, for nobody need be told of it.
 * @throws PresignError BAD_GATEWAY: it must not be used; of an answer, what WeChat Pay did is unknown.
 */
export const verifySigned = async (message: SignedMessage, context: VerifierContext): Promise<void> => {
  const { timestamp, nonce, signature, serial } = readSignature(message, context.now());
  const platformKey = await keyFor(serial, context);
  if (platformKey === undefined) throw rejected(message, 'verification_unknown_serial');
  const bytes = signedMessage({ timestamp, nonce, body: message.body });
  const signed =
    BASE64.test(signature) && verify('sha256', bytes, platformKey.key, Buffer.from(signature, 'base64'));
  if (!signed) {
    throw rejected(message, signature.startsWith(PROBE) ? 'verification_probe' : 'verification_signature');
  }
};
