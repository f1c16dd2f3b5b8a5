import type { Context } from 'aws-lambda';
import { createHandler } from '../../lib/compose/endpoint.ts';
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
    const event = options.format === '1.0' ? payload1(request) : payload2(request);
    const { statusCode, headers, body: text } = await handler(event, contextFor(options.ms));
    const json = JSON.parse(text) as Record<string, unknown>;
    return { status: statusCode, headers: headers as Record<string, string>, text, json };
  };

  return {
    handler,
    /** Sends bytes as they are. */
    send,
    /** Sends a JSON value. */
    post: (body: unknown, options?: CallOptions) => send(JSON.stringify(body), options),
  };
};
