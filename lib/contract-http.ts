import type { ContractEndpoint } from './contract-endpoint.ts';
import { errorFields } from './error-fields.ts';
import { asPresignError } from './errors.ts';
import { type Invocation, invocationOf } from './invocation.ts';
import type { Language } from './language.ts';
import {
  answer,
  answerError,
  createRoute,
  type HttpEvent,
  languageIn,
  type Middleware,
  mchidIn,
  RESERVE_MS,
} from './route.ts';
import type { Telemetry } from './telemetry.ts';
import { checkParameters } from './validate.ts';
import type { ContractAnswer, ContractParameters } from './wechatpay/contract-client.ts';

/** A request that has been parsed and validated; without a merchant it is the default one's. */
export type ContractRequest = {
  mchid?: string | undefined;
  parameters: ContractParameters;
  /** What WeChat Pay is asked to say errors in. */
  language: Language;
};

/** Rejects with a PresignError. */
export type ContractCall = (
  request: ContractRequest,
  invocation: Invocation,
) => Promise<ContractAnswer & { mchid: string }>;

type Parsed = HttpEvent & Partial<ContractRequest>;

/**
 * The query, decoded once. Format 2.0 joins what is repeated with commas, but for its raw query string:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * Assumed, for no page says so: that string is as it was sent, and format 1.0 is decoded.
 */
const queryOf = (event: HttpEvent): [name: string, value: string][] => {
  if ('rawQueryString' in event) return [...new URLSearchParams(event.rawQueryString)];
  return Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
};

/** Which merchant signs, and what is asked for. A body is not read: no page knows of one. */
const readRequest = ({ parameters }: ContractEndpoint): Middleware<Parsed> => ({
  before: function readRequestBefore({ event }) {
    event.mchid = mchidIn(event.headers);
    event.language = languageIn(event.headers);
    const inPath = Object.entries(event.pathParameters ?? {}).map(
      ([name, value = '']) => [name, value] as const,
    );
    event.parameters = {
      path: checkParameters(parameters.path, 'path', inPath),
      query: checkParameters(parameters.query, 'query', queryOf(event)),
    };
  },
});

/** Every error is answered, and leaves one log line that says what an operator needs. */
const answerErrors = (telemetry: Telemetry): Middleware<Parsed> => ({
  onError: function answerErrorsOnError(request) {
    const { error: thrown, context } = request;
    const error = asPresignError(thrown);
    const failed = error.status >= 500;
    telemetry.log(failed ? 'error' : 'warn', failed ? 'contract call failed' : 'contract call refused', {
      ...errorFields(error),
      aws_request_id: context.awsRequestId,
    });
    telemetry.count(failed ? 'ContractCallFailed' : 'ContractCallRefused');
    telemetry.countError(error);
    telemetry.flush();
    request.response = answerError(error, request);
  },
});

/** The Lambda behind the route of a contract endpoint, payload format 1.0 and 2.0: parse → validate → call → answer. */
export const createContractHttpHandler = (
  endpoint: ContractEndpoint,
  call: ContractCall,
  telemetry: Telemetry,
) =>
  createRoute<Parsed>()
    .use(readRequest(endpoint))
    .use(answerErrors(telemetry))
    .handler(async (event, context, { signal }) => {
      const started = performance.now();
      const { mchid, text, requestId } = await call(
        event as ContractRequest,
        invocationOf(context, signal, RESERVE_MS),
      );
      const status = text === undefined ? 204 : 200;
      telemetry.log('info', 'contract call succeeded', {
        mchid,
        status,
        duration_ms: Math.round(performance.now() - started),
        wechatpay_request_id: requestId,
        aws_request_id: context.awsRequestId,
      });
      telemetry.count('ContractCallSucceeded');
      telemetry.flush();
      return answer(status, text, requestId ?? context.awsRequestId);
    });
