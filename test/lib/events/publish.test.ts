import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, expect, it } from '@jest/globals';
import { createPublish } from '../../../lib/events/publish.ts';
import { startStack } from '../../aws/stack.ts';
import { loadEndpoints } from '../../support/world.ts';

const { etc } = await loadEndpoints();
const stack = await startStack();
const { eventBridge, close } = await stack.startEvents({ endpoints: [etc] });
const client = new EventBridgeClient({
  endpoint: eventBridge.url,
  region: 'cn-north-1',
  credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' },
});
afterAll(async () => {
  client.destroy();
  await close();
  await stack.close();
});

it('an outcome is not told again by a Lambda that thaws after its time', async () => {
  const publish = createPublish(client, eventBridge.bus, etc);
  const answer = { text: '{}', documented: '{}', mchid: '1900000001', requestId: undefined, replayed: false };
  const ended = new AbortController();
  eventBridge.fault('hang', Number.POSITIVE_INFINITY);
  const told = publish({ request_id: 'r' }, answer, ended.signal);
  ended.abort();
  await expect(told).rejects.toMatchObject({ reason: 'outcome_unpublished' });
  eventBridge.clearFaults();
  const before = eventBridge.calls();
  await expect(publish({ request_id: 'r' }, answer, ended.signal)).rejects.toMatchObject({
    reason: 'outcome_unpublished',
  });
  expect([eventBridge.calls(), eventBridge.events]).toEqual([before, []]);
});
