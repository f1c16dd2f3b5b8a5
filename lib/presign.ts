import type { Endpoint } from './endpoint.ts';
import { asPresignError, fault, type PresignError } from './errors.ts';
import type { RunOnce } from './events/run-once.ts';
import type { Invocation } from './invocation.ts';
import type { Merchants } from './merchants/merchant.ts';
import type { Answer, Client, Sealed } from './wechatpay/client.ts';
import type { AttemptReport, Merchant } from './wechatpay/exchange.ts';

/** A request that has been parsed and validated. */
export type PresignRequest = {
  body: object;
  /** The merchant to sign as; without it the default one. */
  mchid?: string | undefined;
  /** Set when the caller encrypted the sensitive fields itself: the key it used. */
  platformSerial?: string | undefined;
  /** The caller's id of the request: with it, however often it comes, WeChat Pay is asked once. */
  requestId?: string | undefined;
};

export type Presigned = Answer & {
  mchid: string;
  /** What opens WeChat Pay's signing page, where the endpoint says how. */
  launch?: object;
};

/** Rejects with a PresignError. */
export type Presign = (request: PresignRequest, invocation: Invocation) => Promise<Presigned>;

export type PresignOptions = {
  endpoint: Endpoint;
  merchants: Merchants;
  client: Client;
  runOnce: RunOnce;
  defaultMchid: string | undefined;
  report: (attempt: AttemptReport) => void;
  /** Resolves when the default merchant has been looked for ahead of the first request. */
  ready?: Promise<unknown> | undefined;
  /** Milliseconds since the epoch. */
  now?: () => number;
};

/** How WeChat Pay says that it no longer takes the key that the fields are encrypted with. */
const isKeyRefused = ({ reason }: PresignError): boolean => reason === 'platform_key_refused';

/** @returns the pre-sign of an endpoint: find the merchant → encrypt → claim, if the request has an id → sign, send, verify. */
export const createPresign = ({
  endpoint,
  merchants,
  client,
  runOnce,
  defaultMchid,
  report,
  ready,
  now = Date.now,
}: PresignOptions) => {
  const presignAs = async (
    merchant: Merchant,
    { requestId, ...outgoing }: PresignRequest,
    invocation: Invocation,
  ): Promise<Answer> => {
    const { remainingMs, signal } = invocation;
    const sealed = await client.seal(merchant, endpoint, outgoing);
    const send = (toSend: Sealed): Promise<Answer> =>
      client.send(merchant, endpoint, outgoing, toSend, { remainingMs, signal, report });
    if (requestId === undefined) return send(sealed);
    const { body, platformSerial = null } = outgoing;
    const key = { mchid: merchant.mchid, requestId, content: [body, platformSerial] };
    return runOnce({ key, sealed, send, isKeyRefused }, invocation);
  };

  /** The pre-sign is made, so a failure here leaves it standing: whoever repeats the request gets the rest. */
  const makeLaunch = async (merchant: Merchant, { body: request }: PresignRequest, answer: Answer) => {
    const { launch } = endpoint;
    if (launch === undefined) return {};
    const made = { request, answer: JSON.parse(answer.documented) as object };
    return { launch: await launch.make({ ...made, merchant, now: now() }) };
  };

  const presign: Presign = async ({ mchid = defaultMchid, ...request }, invocation) => {
    if (mchid === undefined) throw fault('NO_AUTH', 'merchant_unknown');
    try {
      if (mchid === defaultMchid) await ready;
      const merchant = await merchants(mchid, invocation);
      try {
        const answer = await presignAs(merchant, request, invocation);
        return { mchid, ...answer, ...(await makeLaunch(merchant, request, answer)) };
      } catch (thrown) {
        merchant.doubt(asPresignError(thrown));
        throw thrown;
      }
    } catch (thrown) {
      const error = asPresignError(thrown);
      if (error.reason !== 'merchant_unknown') error.mchid = mchid;
      throw error;
    }
  };
  return presign;
};
