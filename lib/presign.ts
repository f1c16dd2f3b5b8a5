import type { Endpoint } from './endpoint.ts';
import type { PresignError } from './errors.ts';
import type { RunOnce } from './events/run-once.ts';
import type { Invocation } from './invocation.ts';
import type { Language } from './language.ts';
import type { ActAs } from './merchants/act-as.ts';
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
  /** What WeChat Pay is asked to say errors in; no part of what the request is. */
  language?: Language | undefined;
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
  actAs: ActAs;
  client: Client;
  runOnce: RunOnce;
  report: (attempt: AttemptReport) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
};

/** How WeChat Pay says that it no longer takes the key that the fields are encrypted with. */
const isKeyRefused = ({ reason }: PresignError): boolean => reason === 'platform_key_refused';

/** @returns the pre-sign of an endpoint: find the merchant → encrypt → claim, if the request has an id → sign, send, verify. */
export const createPresign = ({
  endpoint,
  actAs,
  client,
  runOnce,
  report,
  now = Date.now,
}: PresignOptions): Presign => {
  const presignAs = async (
    merchant: Merchant,
    { requestId, language, ...outgoing }: PresignRequest,
    invocation: Invocation,
  ): Promise<Answer> => {
    const { remainingMs, signal } = invocation;
    const sealed = await client.seal(merchant, endpoint, outgoing);
    const send = (toSend: Sealed): Promise<Answer> =>
      client.send(merchant, endpoint, outgoing, toSend, { remainingMs, signal, report, language });
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

  return ({ mchid, ...request }, invocation) =>
    actAs(mchid, invocation, async (merchant) => {
      const answer = await presignAs(merchant, request, invocation);
      return { ...answer, ...(await makeLaunch(merchant, request, answer)) };
    });
};
