import { setTimeout as wait } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { detailType } from '../../lib/events/contract.ts';
import type { Wish } from './plan.ts';

type Target = { url: string; bus: string; region: string };

/** As docs/events.md tells a caller to: ten at a time, and what was refused again until it is taken. */
export const createProducer = ({ url, bus, region }: Target) => {
  const client = new EventBridgeClient({
    endpoint: url,
    region,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' },
    maxAttempts: 10,
  });
  const entryOf = ({ endpoint, detail }: Wish): PutEventsRequestEntry => ({
    EventBusName: bus,
    Source: 'chaos',
    DetailType: detailType(endpoint, 'Requested'),
    Detail: JSON.stringify(detail),
  });
  const put = async (entries: PutEventsRequestEntry[]): Promise<void> => {
    let left = entries;
    while (left.length > 0) {
      const { Entries: results = [] } = await client.send(new PutEventsCommand({ Entries: left }));
      left = left.filter((_, index) => results[index]?.EventId === undefined);
      if (left.length > 0) await wait(20);
    }
  };
  return {
    ask: async (wishes: readonly Wish[]): Promise<void> => {
      for (let at = 0; at < wishes.length; at += 10) await put(wishes.slice(at, at + 10).map(entryOf));
    },
    close: () => client.destroy(),
  };
};
