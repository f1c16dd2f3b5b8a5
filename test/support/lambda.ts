import type { Context } from 'aws-lambda';
import { createContractHandler } from '../../lib/compose/contract.ts';
import { createHandler } from '../../lib/compose/endpoint.ts';
import type { ContractEndpoint } from '../../lib/contract-endpoint.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { contextFor, type PayloadFormat, payload1, payload2, type Request } from './events.ts';

export type Answer = {
  status: number;
  headers: Record<string, string>;
  text: string;
  json: Record<string, unknown>;
};
export type CallOptions = {
  headers?: Record<string, string>;
  format?: PayloadFormat;
  ms?: number;
  body?: string | Buffer;
};

type Handler = (
  event: unknown,
  context: Context,
) => Promise<{ statusCode: number; headers: object; body: string }>;

const invoke = async (handler: Handler, request: Request, { format, ms }: CallOptions): Promise<Answer> => {
  const event = format === '1.0' ? payload1(request) : payload2(request);
  const { statusCode, headers, body: text } = await handler(event, contextFor(ms));
  const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: statusCode, headers: headers as Record<string, string>, text, json };
};

/**
 * A fresh Lambda of an endpoint, as a cold start makes it: `env` is put into process.env, which the handler and the
 * AWS SDK read at its first invocation.
 */
export const coldLambda = (endpoint: Endpoint, env: Record<string, string>) => {
  const handler = createHandler(endpoint) as unknown as Handler;

  const send = async (body: string | Buffer | undefined, options: CallOptions = {}): Promise<Answer> => {
    Object.assign(process.env, env);
    const request: Request = {
      path: endpoint.path,
      body,
      headers: { 'Content-Type': 'application/json', ...options.headers },
    };
    return invoke(handler, request, options);
  };

  return {
    handler,
    /** Sends bytes as they are. */
    send,
    /** Sends a JSON value. */
    post: (body: unknown, options?: CallOptions) => send(JSON.stringify(body), options),
  };
};

/** Parameters by name; several values of one are sent one after the other. */
export type Asked = {
  path?: Record<string, string>;
  query?: Readonly<Record<string, string | readonly string[]>>;
};

const queryOf = (query: Asked['query'] = {}): string =>
  Object.entries(query)
    .flatMap(([name, values]) =>
      [values].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    )
    .join('&');

/** A fresh Lambda of a contract endpoint. */
export const coldContractLambda = (endpoint: ContractEndpoint, env: Record<string, string>) => {
  const handler = createContractHandler(endpoint) as unknown as Handler;
  const { method, path } = endpoint;
  return {
    /** Asks with parameters; `rawQuery` in place of theirs. */
    ask: (
      { path: inPath = {}, query }: Asked,
      { rawQuery, ...options }: CallOptions & { rawQuery?: string } = {},
    ): Promise<Answer> => {
      Object.assign(process.env, env);
      const request = {
        method,
        path,
        inPath,
        query: rawQuery ?? queryOf(query),
        body: options.body,
        headers: options.headers ?? {},
      };
      return invoke(handler, request, options);
    },
  };
};
