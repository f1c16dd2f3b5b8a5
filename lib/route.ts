/** What the Lambdas behind API Gateway share, payload format 1.0 and 2.0: how a chain begins, and what an answer is. */
import middy, { type MiddlewareObj } from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { errorBody, fault, type PresignError } from './errors.ts';
import { type Language, languageOf, TAGS } from './language.ts';
import { MCHID } from './merchants/record.ts';
import { NOT_DIGITS } from './rules.ts';
import { badHeader } from './validate.ts';

/** Time kept back from the attempts, and the last moment for an answer before Lambda cuts the function off. */
export const RESERVE_MS = 750;
const LAST_MOMENT_MS = 400;

export type HttpEvent = APIGatewayProxyEvent | APIGatewayProxyEventV2;
export type HttpAnswer = { statusCode: number; headers: Record<string, string>; body: string };
/** `Event` is the event on its way down the chain, with what was read of it so far. */
export type Middleware<Event> = MiddlewareObj<Event, HttpAnswer>;

const lastMoment = (): never => {
  throw fault('GATEWAY_TIMEOUT', 'deadline');
};

/** A middy chain that knows when to stop, with the names of headers in lower case. */
export const createRoute = <Event>() =>
  middy<Event, HttpAnswer, Error, Context>({
    timeoutEarlyInMillis: LAST_MOMENT_MS,
    timeoutEarlyResponse: lastMoment,
  }).use(httpHeaderNormalizer() as unknown as Middleware<Event>);

/** The merchant that the caller names. @throws PresignError PARAM_ERROR when that is no merchant's number. */
export const mchidIn = (headers: HttpEvent['headers']): string | undefined => {
  const mchid = headers['wechatpay-mchid'];
  if (mchid !== undefined && !MCHID.test(mchid)) throw badHeader('Wechatpay-Mchid', NOT_DIGITS);
  return mchid;
};

/** The language that the caller asks for. */
export const languageIn = (headers: HttpEvent['headers'] | undefined): Language =>
  languageOf(headers?.['accept-language']);

/** @param body JSON; without it there is none. */
export const answer = (
  statusCode: number,
  body: string | undefined,
  requestId: string,
  headers: Record<string, string> = {},
): HttpAnswer => ({
  statusCode,
  headers: {
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    'Cache-Control': 'no-store',
    'Request-ID': requestId,
    ...headers,
  },
  body: body ?? '',
});

/** What caches and readers are told of the language; that of WeChat Pay's own words, if there are any, nobody knows for sure. */
const languageHeaders = ({ said, detail = [] }: PresignError, language: Language): Record<string, string> => {
  const issues = [detail].flat().map(({ issue }) => issue);
  const isOurs = [said, ...issues].every((one) => typeof one !== 'string');
  return { Vary: 'Accept-Language', ...(isOurs ? { 'Content-Language': TAGS[language] } : {}) };
};

/** Every error in the one documented shape, in the language that the caller asks for. */
export const answerError = (
  error: PresignError,
  { event, context }: { event: Pick<HttpEvent, 'headers'>; context: Context },
  headers: Record<string, string> = {},
): HttpAnswer => {
  const language = languageIn(event.headers);
  const retryAfter = error.retryAfter === undefined ? {} : { 'Retry-After': String(error.retryAfter) };
  const requestId = error.requestId ?? context.awsRequestId;
  return answer(error.status, JSON.stringify(errorBody(error, language)), requestId, {
    ...languageHeaders(error, language),
    ...retryAfter,
    ...headers,
  });
};
