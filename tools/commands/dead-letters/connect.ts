import { endpointsIn } from '../../../lib/documents/endpoints.ts';
import { connectSqs } from '../../aws.ts';
import type { Tool } from '../../command.ts';
import { UsageError } from '../../explain.ts';
import type { Context } from './context.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C, or a terminal that is closed, asks a command to come to an end; a second one ends it at once. */
const interruption = () => {
  const controller = new AbortController();
  const interrupt = (): void => {
    stop();
    controller.abort();
  };
  const stop = (): void => {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return { signal: controller.signal, stop };
};

/** @throws UsageError for an endpoint that there is not, Failure when region or proxy cannot be used. */
export const connect: Tool<Context>['connect'] = async (setting, { options: { endpoint: wanted } }) => {
  const all = await endpointsIn();
  const endpoints = wanted === undefined ? all : all.filter(({ name }) => name === wanted);
  if (endpoints.length === 0)
    throw new UsageError(`--endpoint must be one of: ${all.map(({ name }) => name).join(', ')}.`);
  const sqs = await connectSqs(setting.place, setting.env);
  const { signal, stop } = interruption();
  const interrupted = AbortSignal.any([setting.unheard, signal]);
  const close = (): void => {
    stop();
    sqs.destroy();
  };
  return { ...setting, sqs, endpoints, interrupted, close };
};
