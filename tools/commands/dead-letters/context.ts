import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Endpoint } from '../../../lib/endpoint.ts';
import type { Command, Option } from '../../command.ts';
import type { Asking } from '../../terminal.ts';

/** What every command works with. */
export type Context = Asking & {
  sqs: SQSClient;
  stage: string;
  /** Those the command is about. */
  endpoints: readonly Endpoint[];
  /** Aborts when the operator wants the command to end: it finishes what it has begun, and reports. */
  interrupted: AbortSignal;
  now: () => number;
};

export type DeadLettersCommand = Command<Context>;

export const ENDPOINT: Option = {
  value: 'NAME',
  text: "one endpoint, by its function's name (default: all)",
};

export const plural = (count: number, noun = 'message'): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
