import type { SQSClient } from '@aws-sdk/client-sqs';
import { endpointsIn } from '../../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../../lib/endpoint.ts';
import { connectSqs } from '../../aws.ts';
import type { Command, Option, Tool } from '../../command.ts';
import { UsageError } from '../../explain.ts';
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

/** Ctrl-C, or a terminal that is closed, asks a command to come to an end; a second one ends it at once. */
const interruption = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => controller.abort());
  return controller.signal;
};

export const connect: Tool<Context>['connect'] = async (setting, { options: { endpoint: wanted } }) => {
  const all = await endpointsIn();
  const endpoints = wanted === undefined ? all : all.filter(({ name }) => name === wanted);
  if (endpoints.length === 0)
    throw new UsageError(`--endpoint must be one of: ${all.map(({ name }) => name).join(', ')}.`);
  const sqs = await connectSqs(setting.place, setting.env);
  const interrupted = AbortSignal.any([setting.unheard, interruption()]);
  return { ...setting, sqs, endpoints, interrupted, close: () => sqs.destroy() };
};

export const plural = (count: number, noun = 'message'): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
