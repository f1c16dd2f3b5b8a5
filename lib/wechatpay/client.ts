import type * as z from 'zod/mini';
import { fault } from '../errors.ts';
import { type Path, pickAt } from '../paths.ts';
import { readJson } from './answers.ts';
import type { AttemptReport, Budget, Call, Exchange, Merchant } from './exchange.ts';
import { encryptionKey } from './platform-keys.ts';
import { type Ciphertexts, encryptSensitive, withCiphertexts } from './sensitive.ts';
import type { HttpResponse } from './transport.ts';
import { requestIdOf } from './verifier.ts';

/** What the client needs to know of an endpoint. */
export type Operation = {
  /** Absolute path of the WeChat Pay endpoint; the method is POST. */
  path: string;
  /** Where a body has the fields that are encrypted. */
  sensitive: readonly Path[];
  response: z.ZodMiniType<object>;
  /** Where an answer has the fields that `response` names. */
  documented: readonly Path[];
};

/**
 * What makes two requests with the same body the same bytes: encryption is randomised. `ciphertexts` is empty when the
 * caller has encrypted, or there is nothing to encrypt.
 */
export type Sealed = { platformKeyId: string; ciphertexts: Ciphertexts };

export type Outgoing = {
  /** Checked against the endpoint's request schema. */
  body: object;
  /** Set when the caller encrypted the sensitive fields itself: the key it used. The body is then sent as it is. */
  platformSerial?: string | undefined;
};

export type Sending = Pick<Call, 'language'> &
  Budget & {
    report?: ((attempt: AttemptReport) => void) | undefined;
  };

/** WeChat Pay's answer, verified. */
export type Answer = {
  /** JSON as it came: numbers in it may be larger than JavaScript's, and members may be new. */
  text: string;
  /** JSON of the members that the operation's schema names. */
  documented: string;
  /** WeChat Pay's Request-ID. */
  requestId: string | undefined;
  /** Whether it was remembered, and WeChat Pay was not asked again. */
  replayed: boolean;
};

const decode = ({ response: schema, documented }: Operation, response: HttpResponse): Answer => {
  const { text, data } = readJson(schema, response);
  const named = JSON.stringify(pickAt(data, documented));
  return { text, documented: named, requestId: requestIdOf(response), replayed: false };
};

/** @returns a pre-sign with WeChat Pay in two steps: encrypt, which no two times gives the same; and sign → send → verify. */
export const createClient = (exchange: Exchange, now: () => number = Date.now) => ({
  /** @throws PresignError platform_key_missing */
  seal: async (
    merchant: Merchant,
    { sensitive }: Operation,
    { body, platformSerial }: Outgoing,
  ): Promise<Sealed> => {
    if (platformSerial !== undefined) return { platformKeyId: platformSerial, ciphertexts: {} };
    const key = encryptionKey(merchant.keys(), now()) ?? encryptionKey(await merchant.refreshKeys(), now());
    if (key === undefined) throw fault('SERVICE_UNAVAILABLE', 'platform_key_missing', { retryAfter: 60 });
    return { platformKeyId: key.id, ciphertexts: encryptSensitive(sensitive, body, key) };
  },

  /** The body is serialised once; those bytes are what every attempt signs and sends. */
  send: async (
    merchant: Merchant,
    operation: Operation,
    { body, platformSerial }: Outgoing,
    sealed: Sealed,
    sending: Sending,
  ): Promise<Answer> => {
    const encrypted =
      platformSerial === undefined ? withCiphertexts(operation.sensitive, body, sealed.ciphertexts) : body;
    const response = await exchange(merchant, {
      method: 'POST',
      path: operation.path,
      body: Buffer.from(JSON.stringify(encrypted)),
      platformSerial: sealed.platformKeyId,
      submitted: [body, encrypted],
      callersKey: platformSerial !== undefined,
      ...sending,
    });
    return decode(operation, response);
  },
});
export type Client = ReturnType<typeof createClient>;
