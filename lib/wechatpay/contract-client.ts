import type * as z from 'zod/mini';
import { readJson, requireNothing } from './answers.ts';
import type { Sending } from './client.ts';
import type { Exchange, Merchant } from './exchange.ts';
import { encryptionKey } from './platform-keys.ts';
import { type Parameters, requestTarget } from './target.ts';
import { requestIdOf } from './verifier.ts';

/** What the client needs to know of a contract endpoint. */
export type ContractOperation = {
  method: 'GET' | 'POST';
  /** Path at WeChat Pay, with `{name}` for each parameter in it. */
  path: string;
  /** Absent when the answer is a 204. */
  response?: z.ZodMiniType<object>;
};

/** Checked against the endpoint's schemas. */
export type ContractParameters = { path: Parameters; query: Parameters };

/** WeChat Pay's answer, verified: JSON as it came, or nothing; and its Request-ID. */
export type ContractAnswer = { text: string | undefined; requestId: string | undefined };

/**
 * @returns a call about contracts: sign → send → verify. Wechatpay-Serial names the platform key we know best, so that
 *   WeChat Pay signs its answer with that one. Without any it signs with a certificate, which is then looked for.
 */
export const createContractClient =
  (exchange: Exchange, now: () => number = Date.now) =>
  async (
    merchant: Merchant,
    { method, path, response: schema }: ContractOperation,
    parameters: ContractParameters,
    sending: Sending,
  ): Promise<ContractAnswer> => {
    const response = await exchange(merchant, {
      method,
      path: requestTarget(path, parameters.path, parameters.query),
      body: Buffer.alloc(0),
      platformSerial: encryptionKey(merchant.keys(), now())?.id,
      submitted: [parameters],
      ...sending,
    });
    const requestId = requestIdOf(response);
    if (schema !== undefined) return { text: readJson(schema, response).text, requestId };
    requireNothing(response);
    return { text: undefined, requestId };
  };
export type ContractClient = ReturnType<typeof createContractClient>;
