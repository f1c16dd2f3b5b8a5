// node ask.ts FILE: asks by events for the pre-signs in FILE, a list of {"request_id": …, "body": …}.
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { required } from './environment.ts';
import type { components } from './openapi.d.ts';

type Asked = { request_id: string; body: components['schemas']['VehicleEtcPreopenRequest'] };

/** What PutEvents takes at most. */
const ENTRIES = 10;
const ATTEMPTS = 5;

const eventBridge = new EventBridgeClient();

/** Resolves once the bus has taken all of at most ten. A 200 says nothing of the entries: each has its own result. */
const put = async (entries: PutEventsRequestEntry[]): Promise<void> => {
  let left = entries;
  for (let attempt = 1; ; attempt += 1) {
    const { FailedEntryCount, Entries = [] } = await eventBridge.send(
      new PutEventsCommand({ Entries: left }),
    );
    if (FailedEntryCount === 0) return;
    left = left.filter((_, index) => Entries[index]?.EventId === undefined);
    const codes = Entries.flatMap(({ ErrorCode = [] }) => ErrorCode);
    if (attempt === ATTEMPTS)
      throw new Error(`EventBridge did not take ${left.length} entries: ${codes.join(', ')}`);
    await wait(Math.random() * 100 * 2 ** attempt);
  }
};

/** @throws Error when the bus has not taken all. Ask again for all of them then: the same request_id is one request. */
const ask = async (requests: readonly Asked[]): Promise<void> => {
  const entries = requests.map((request) => ({
    EventBusName: required('PRESIGN_BUS'),
    Source: 'toll.enrolment',
    DetailType: 'VehicleEtcPreopenRequested',
    Detail: JSON.stringify(request),
  }));
  for (let at = 0; at < entries.length; at += ENTRIES) await put(entries.slice(at, at + ENTRIES));
};

const [, , file = ''] = process.argv;
await ask(JSON.parse(await readFile(file, 'utf8')) as Asked[]);
