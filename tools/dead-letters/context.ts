import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { Outcome } from '../output.ts';
import type { Terminal } from '../prompt.ts';

/** What every command works with. */
export type Context = {
  sqs: SQSClient;
  stage: string;
  /** Those the command is about. */
  endpoints: readonly Endpoint[];
  /** Messages of a queue that are listed. */
  limit: number;
  /** Purge only what nobody can read. */
  unreadable: boolean;
  yes: boolean;
  terminal: Terminal;
  /** Aborts when the operator wants the command to end: it finishes what it has begun, and reports. */
  interrupted: AbortSignal;
  now: () => number;
};

export type Command = (context: Context) => Promise<Outcome>;

export const plural = (count: number, noun = 'message'): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
