import httpJsonBodyParser from '@middy/http-json-body-parser';
import type { Endpoint } from './endpoint.ts';
import { errorFields } from './error-fields.ts';
import { asPresignError, fault, PresignError } from './errors.ts';
import { isRequestId } from './events/contract.ts';
import { invocationOf } from './invocation.ts';
import { withLaunch } from './launch.ts';
import type { Presign, PresignRequest } from './presign.ts';
import {
  answer,
  answerError,
  createRoute,
  type HttpEvent,
  languageIn,
  type Middleware as MiddlewareOf,
  mchidIn,
  RESERVE_MS,
} from './route.ts';
import { BAD_REQUEST_ID, BAD_SERIAL, NOT_JSON } from './rules.ts';
import type { Telemetry } from './telemetry.ts';
import { decodeText } from './text.ts';
import { badHeader, checkBody } from './validate.ts';
import { normaliseSerial, PLATFORM_KEY_ID } from './wechatpay/platform-keys.ts';

/** Largest body taken, in bytes; the largest documented request is a tenth of it. */
const MAX_BODY_BYTES = 65_536;

/** The event on its way down the chain: after `readHeaders` the headers of ours, after `validate` the body. */
export type Parsed = Omit<HttpEvent, 'body'> & {
  body: unknown;
  mchid?: string;
  platformSerial?: string;
  requestId?: string;
};
type Middleware = MiddlewareOf<Parsed>;

/** JSON, by itself or as a suffix, and what RFC 9110 lets stand around it; parameters mean nothing for JSON. */
const JSON_MEDIA_TYPE = /^[ \t]*application\/(?:[a-z0-9.+-]+\+)?json[ \t]*(?:;|$)/i;

/** Size, media type and encoding, before anything is parsed. */
const readBody: Middleware = {
  before: function readBodyBefore({ event }) {
    const { body, isBase64Encoded } = event;
    if (typeof body === 'string') {
      const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
      if (bytes > MAX_BODY_BYTES) throw fault('PAYLOAD_TOO_LARGE', 'request_invalid');
    }
    if (!JSON_MEDIA_TYPE.test(event.headers?.['content-type'] ?? ''))
      throw fault('UNSUPPORTED_MEDIA_TYPE', 'request_invalid');
    if (typeof body !== 'string') return;
    event.body = decodeText(body, isBase64Encoded);
    event.isBase64Encoded = false;
  },
};

/** Which merchant signs, whether the caller has encrypted already, and whether it may ask again. */
const readHeaders: Middleware = {
  before: function readHeadersBefore({ event }) {
    const mchid = mchidIn(event.headers);
    if (mchid !== undefined) event.mchid = mchid;
    const serial = event.headers['wechatpay-serial'];
    if (serial !== undefined) {
      if (!PLATFORM_KEY_ID.test(serial)) {
        throw badHeader('Wechatpay-Serial', BAD_SERIAL);
      }
      event.platformSerial = normaliseSerial(serial);
    }
    const key = event.headers['idempotency-key'];
    if (key !== undefined) {
      if (!isRequestId(key)) throw badHeader('Idempotency-Key', BAD_REQUEST_ID);
      event.requestId = key;
    }
  },
};

/** The parsed body becomes one that the schema vouches for. */
const validate = ({ request, encryptedRequest }: Endpoint): Middleware => ({
  before: function validateBefore({ event }) {
    event.body = checkBody(event.platformSerial === undefined ? request : encryptedRequest, event.body);
  },
});

/** The stock middlewares throw errors of their own, with the raw body inside: only their status is looked at. */
const documented = (thrown: unknown): PresignError => {
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  if (thrown instanceof PresignError) return thrown;
  if (statusCode === 422) return fault('PARAM_ERROR', 'request_invalid', { said: NOT_JSON });
  return asPresignError(thrown);
};

/** Every error is answered, and leaves one log line that says what an operator needs. */
const answerErrors = (telemetry: Telemetry): Middleware => ({
  onError: function answerErrorsOnError(request) {
    const error = documented(request.error);
    const failed = error.status >= 500;
    const isReplay = error.reason === 'outcome_replayed';
    const { requestId: request_id } = request.event;
    telemetry.log(failed ? 'error' : 'warn', failed ? 'pre-sign failed' : 'pre-sign refused', {
      ...errorFields(error),
      request_id,
      replayed: request_id === undefined ? undefined : isReplay,
      aws_request_id: request.context.awsRequestId,
    });
    if (isReplay) telemetry.count('PresignReplayed');
    else {
      telemetry.count(failed ? 'PresignFailed' : 'PresignRefused');
      telemetry.countError(error);
    }
    telemetry.flush();
    request.response = answerError(error, request, replayed(isReplay));
  },
});

const replayed = (isReplayed: boolean): Record<string, string> =>
  isReplayed ? { 'Idempotent-Replayed': 'true' } : {};

/**
 * The Lambda behind one route of API Gateway, payload format 1.0 and 2.0:
 * parse → validate → pre-sign → answer, each a phase of the middy chain.
 */
export const createHttpHandler = (endpoint: Endpoint, presign: Presign, telemetry: Telemetry) =>
  createRoute<Parsed>()
    .use(readBody)
    .use(httpJsonBodyParser({ disableContentTypeCheck: true }) as unknown as Middleware)
    .use(readHeaders)
    .use(validate(endpoint))
    .use(answerErrors(telemetry))
    .handler(async ({ headers, body, mchid, platformSerial, requestId }, context, { signal }) => {
      const started = performance.now();
      const language = languageIn(headers);
      const request = { body, mchid, platformSerial, requestId, language } as PresignRequest;
      const presigned = await presign(request, invocationOf(context, signal, RESERVE_MS));
      telemetry.log('info', 'pre-sign succeeded', {
        mchid: presigned.mchid,
        request_id: requestId,
        status: 200,
        replayed: requestId === undefined ? undefined : presigned.replayed,
        duration_ms: Math.round(performance.now() - started),
        wechatpay_request_id: presigned.requestId,
        aws_request_id: context.awsRequestId,
      });
      telemetry.count(presigned.replayed ? 'PresignReplayed' : 'PresignSucceeded');
      telemetry.flush();
      return answer(
        200,
        withLaunch(presigned.text, presigned.launch),
        presigned.requestId ?? context.awsRequestId,
        replayed(presigned.replayed),
      );
    });
