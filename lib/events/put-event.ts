import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SOURCE } from './contract.ts';

/** EventBridge takes 256 KiB for an entry with all that is around its detail. */
export const MAX_DETAIL_BYTES = 245_760;

/**
 * Puts one event of ours on a bus; resolves once the bus has said that it took it, for PutEvents answers 200 to entries
 * it refuses. Once `signal` has aborted, nothing is sent any more.
 * @param detail JSON text.
 */
export const putEvent = async (
  eventBridge: EventBridgeClient,
  event: { bus: string; detailType: string; detail: string },
  abortSignal: AbortSignal,
): Promise<void> => {
  const { bus, detailType, detail } = event;
  const entry = { EventBusName: bus, Source: SOURCE, DetailType: detailType, Detail: detail };
  const command = new PutEventsCommand({ Entries: [entry] });
  const { Entries: [taken] = [] } = await eventBridge.send(command, { abortSignal });
  if (taken?.EventId !== undefined) return;
  const refused = new Error('PutEvents took no entry');
  refused.name = taken?.ErrorCode ?? refused.name;
  throw refused;
};
