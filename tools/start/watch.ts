import type { Endpoint } from '../../lib/endpoint.ts';
import type { Events } from '../../test/aws/events/events.ts';
import type { Poller } from '../../test/aws/events/poller.ts';
import type { Gateway } from '../../test/aws/gateway.ts';
import type { Stack } from '../../test/aws/stack.ts';
import type { Recorder } from './recorder.ts';

/** From now on the recorder sees what KMS and the bus see. */
export const watchStandIns = (
  { onKms, onEvent }: Recorder,
  { kms }: Stack,
  { eventBridge }: Events,
): void => {
  kms.onAnswered(onKms);
  eventBridge.onEvent(onEvent);
};

/** Hands the messages of each endpoint's queue to its Lambda, and lets the recorder see them. */
export const serveQueues = (
  { onHanded }: Recorder,
  events: Events,
  { invoke }: Pick<Gateway, 'invoke'>,
  endpoints: readonly Endpoint[],
): Poller[] =>
  endpoints.map((endpoint) =>
    events.poll(endpoint.name, (event) => {
      onHanded(endpoint, event);
      return invoke(endpoint.name, event);
    }),
  );
