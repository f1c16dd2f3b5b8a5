import { EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { merchant } from '../../tools/commands/merchant/tool.ts';
import type { Events } from '../aws/events/events.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { startNotificationsServer } from '../support/notifications-server.ts';
import { runHere } from '../support/tool-here.ts';

const MCHID = '1900000001';
const PREFIX = `wechatpay-presign-dev-check-${MCHID}-`;

let stack: Stack;
let events: Events;
let env: Record<string, string>;
let api: Awaited<ReturnType<typeof startNotificationsServer>>;

beforeAll(async () => {
  // As fast as it goes: the self-test's notification may be the third, which a probe comes before.
  stack = await startStack({ stage: 'dev', hurry: 1_000 });
  events = await stack.startEvents({ endpoints: [] });
  await stack.addMerchant({ mchid: MCHID, mode: 'both' });
  env = { ...stack.env(), ...events.env };
  api = await startNotificationsServer({ ...env, REFRESH_FUNCTION: 'refresh' });
});
afterAll(async () => {
  api.close();
  await events.close();
  await stack.close();
});
afterEach(() => stack.wechatpay.clearFaults());

type Finding = { level: string; check: string };
const check = async (...args: string[]) => {
  const { status, json, stdout } = await runHere(merchant, env, [
    'check',
    MCHID,
    ...args,
    '--json',
    '--stage',
    'dev',
  ]);
  const [of] = (json['merchants'] ?? []) as { findings: Finding[] }[];
  return { status, stdout, findings: of?.findings ?? [] };
};
const levelOf = (findings: readonly Finding[], what: string) =>
  findings.find((one) => one.check === what)?.level;
/** What a check puts on bus and queues, and is to take away. */
const left = async () => {
  const { QueueUrls = [] } = await events.queues.client.send(
    new ListQueuesCommand({ QueueNamePrefix: PREFIX }),
  );
  return [...events.eventBridge.putRules(), ...QueueUrls];
};

it('has WeChat Pay notify the API, hears of it on the bus, and leaves nothing there', async () => {
  const { status, findings } = await check('--notify', api.url);
  expect([status, levelOf(findings, 'notification')]).toEqual([0, 'ok']);
  expect(stack.wechatpay.notifications.at(-1)).toMatchObject({
    mchid: MCHID,
    eventType: 'SECURITY_ECHO.SUCCESS',
  });
  expect(await left()).toEqual([]);
});

it('takes away what a check that was interrupted has left', async () => {
  const { url: endpoint, bus: EventBusName } = events.eventBridge;
  const bus = new EventBridgeClient({ endpoint });
  await bus.send(
    new PutRuleCommand({ Name: `${PREFIX}old`, EventBusName, EventPattern: '{"source":["x"]}' }),
  );
  await events.queues.client.send(new CreateQueueCommand({ QueueName: `${PREFIX}old` }));
  bus.destroy();
  expect((await check('--notify', api.url)).status).toBe(0);
  expect(await left()).toEqual([]);
});

it('does not wait for a notification of a self-test that failed', async () => {
  stack.wechatpay.fault({ kind: 'refuse', status: 403, code: 'NO_AUTH', message: '商户无权限' });
  const { findings } = await check('--notify', api.url);
  expect([levelOf(findings, 'signature'), levelOf(findings, 'notification')]).toEqual(['warn', undefined]);
  expect(await left()).toEqual([]);
});

it.each(['http://example.com', 'https://example.com/notifications', 'example.com', ''])(
  'refuses %j, which is no API',
  async (no) => {
    const { status, stdout } = await check('--notify', no);
    expect(status).toBe(2);
    expect(stdout).toContain('--notify');
  },
);
