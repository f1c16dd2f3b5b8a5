import type { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { SQSEvent } from 'aws-lambda';
import { exampleOf } from '../../../lib/documents/endpoints.ts';
import { launchExample } from '../../../lib/documents/launch.ts';
import type { Endpoint } from '../../../lib/endpoint.ts';
import type { PresignError } from '../../../lib/errors.ts';
import type { Asked } from '../../../lib/events/message.ts';
import { createPublish } from '../../../lib/events/publish.ts';
import { createQueueHandler } from '../../../lib/events/queue.ts';
import type { Presign } from '../../../lib/presign.ts';
import { createTelemetry } from '../../../lib/telemetry.ts';
import { contextFor } from '../events.ts';

export const throwing =
  (error: PresignError): Presign =>
  async () => {
    throw error;
  };

const succeedWith =
  (endpoint: Endpoint): Presign =>
  async ({ mchid = '' }) => {
    const text = JSON.stringify(exampleOf(endpoint.response));
    const answer = { text, documented: text, requestId: 'wx-1', replayed: false };
    return { mchid, ...answer, ...launchExample(endpoint) };
  };

type Entry = { DetailType: string; Detail: string };

/** The outcome that is published of a request. */
export const endOf = async (endpoint: Endpoint, asked: Asked, presign?: Presign) => {
  const entries: Entry[] = [];
  const bus = {
    send: async ({ input }: PutEventsCommand) => {
      entries.push(...(input.Entries as Entry[]));
      return { Entries: [{ EventId: 'e-1' }] };
    },
  } as unknown as EventBridgeClient;
  const handle = createQueueHandler({
    endpoint,
    connect: () => ({
      presign: presign ?? succeedWith(endpoint),
      publish: createPublish(bus, 'bus', endpoint),
      defaultMchid: undefined,
    }),
    postpone: async () => undefined,
    telemetry: createTelemetry(endpoint.name),
  });
  const record = {
    messageId: 'm-1',
    body: JSON.stringify(asked),
    attributes: { ApproximateReceiveCount: '1' },
  };
  await handle({ Records: [record] } as SQSEvent, contextFor());
  const [end, ...others] = entries;
  if (end === undefined || others.length > 0) throw new Error(`${entries.length} outcomes were published`);
  return { 'detail-type': end.DetailType, detail: JSON.parse(end.Detail) as Record<string, unknown> };
};
