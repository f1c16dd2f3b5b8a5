import type * as z from 'zod/mini';
import { fault } from '../errors.ts';
import type { AttemptReport, Budget, Exchange, Merchant } from './exchange.ts';
import { encryptionKey } from './platform-keys.ts';
import { encryptSensitive } from './sensitive.ts';
import type { HttpResponse } from './transport.ts';
import { requestIdOf } from './verifier.ts';

/** What the client needs to know of an endpoint. */
export type Operation = {
  /** Absolute path of the WeChat Pay endpoint; the method is POST. */
  path: string;
  request: z.core.$ZodType;
  response: z.ZodMiniType<object>;
};

export type SignUp = Budget & {
  /** Checked against the operation's request schema. */
  body: object;
  /** Set when the caller encrypted the sensitive fields itself: the key it used. The body is then sent as it is. */
  platformSerial?: string | undefined;
  report?: ((attempt: AttemptReport) => void) | undefined;
};

/** `response`: WeChat Pay's answer, members we do not know included. `requestId`: its Request-ID. */
export type SignedUp = { response: object; requestId: string | undefined };

const chooseKey = async (merchant: Merchant, now: number) => {
  const key = encryptionKey(merchant.keys(), now) ?? encryptionKey(await merchant.refreshKeys(), now);
  if (key === undefined) throw fault('SERVICE_UNAVAILABLE', 'platform_key_missing', { retryAfter: 60 });
  return key;
};

const encrypted = async (
  merchant: Merchant,
  operation: Operation,
  { body, platformSerial }: SignUp,
  now: number,
) => {
  if (platformSerial !== undefined) return { platformSerial, body };
  const key = await chooseKey(merchant, now);
  return { platformSerial: key.id, body: encryptSensitive(operation.request, body, key) };
};

const decode = (operation: Operation, response: HttpResponse): SignedUp => {
  const requestId = requestIdOf(response);
  try {
    const value: unknown = JSON.parse(response.body.toString('utf8'));
    const parsed = operation.response.safeParse(value);
    if (parsed.success) return { response: parsed.data, requestId };
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw fault('BAD_GATEWAY', 'wechatpay_malformed', { requestId });
};

/**
 * @returns one sign-up with WeChat Pay: encrypt → sign → send → verify → decode. The body is serialised once;
 *   those bytes are what every attempt signs and sends.
 */
export const createClient =
  (exchange: Exchange, now: () => number = Date.now) =>
  async (merchant: Merchant, operation: Operation, signUp: SignUp): Promise<SignedUp> => {
    const { platformSerial, body } = await encrypted(merchant, operation, signUp, now());
    const response = await exchange(merchant, {
      method: 'POST',
      path: operation.path,
      body: Buffer.from(JSON.stringify(body)),
      platformSerial,
      submitted: [signUp.body, body],
      callersKey: signUp.platformSerial !== undefined,
      remainingMs: signUp.remainingMs,
      signal: signUp.signal,
      report: signUp.report,
    });
    return decode(operation, response);
  };
