import { ConfigError } from './config.ts';
import type { PresignError } from './errors.ts';
import type { LogFields } from './telemetry.ts';

/** Only frames: a stack begins with the message, and a line of the message may look like a frame. */
const frames = ({ stack = '', message }: Error): string => {
  const start = stack.indexOf(message);
  const lines = start < 0 ? [] : stack.slice(start + message.length).split('\n');
  const found = lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
  return found.slice(0, 8).join(' | ');
};

const awsRequestId = (cause: unknown): string | undefined => {
  const metadata = (cause as { $metadata?: { requestId?: unknown } } | undefined)?.$metadata;
  return typeof metadata?.requestId === 'string' ? metadata.requestId : undefined;
};

/** Where a refused request is wrong: pointers made of our own schemas' names, so nobody's data. */
const invalidFields = ({ reason, detail }: PresignError): string | undefined => {
  if (reason !== 'request_invalid' || detail === undefined) return undefined;
  return [detail]
    .flat()
    .map(({ field, location }) => field || location)
    .join(' ');
};

/** What a log line may say of an error: our own words, the name of its cause, where an unforeseen one was thrown. */
export const errorFields = (error: PresignError): LogFields => {
  const { cause } = error;
  return {
    mchid: error.mchid,
    code: error.code,
    status: error.status,
    reason: error.reason,
    fields: invalidFields(error),
    wechatpay_request_id: error.requestId,
    cause: cause instanceof Error ? cause.name : undefined,
    problem: cause instanceof ConfigError ? cause.message : undefined,
    aws_error_request_id: awsRequestId(cause),
    stack: error.reason === 'internal' && cause instanceof Error ? frames(cause) : undefined,
  };
};
