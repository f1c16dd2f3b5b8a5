import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { startTool } from '../support/cli-world.ts';
import { type Stack, startStack } from './stack.ts';

let stack: Stack;
const before = { ...process.env };
beforeAll(async () => {
  stack = await startStack({ stage: 'test' });
});
beforeEach(() => {
  process.env = { ...before };
});
afterEach(() => {
  process.env = before;
});
afterAll(() => stack.close());

it('has the table that remembers outcomes, under the name a Lambda is told', async () => {
  const { OUTCOMES_TABLE, EVENT_BUS_NAME } = stack.env();
  expect([OUTCOMES_TABLE, EVENT_BUS_NAME]).toEqual([
    'wechatpay-presign-test-outcomes',
    'wechatpay-presign-test',
  ]);
  const { Table } = await stack.dynamo.client.send(new DescribeTableCommand({ TableName: OUTCOMES_TABLE }));
  expect(Table?.KeySchema).toEqual([{ AttributeName: 'id', KeyType: 'HASH' }]);
});

it.each(['both', 'certificate', 'public-key'] as const)(
  'leaves a merchant in mode %s as the operator’s tool does, which finds nothing to fail or to warn of',
  async (mode) => {
    const mchid = { both: '1900000001', certificate: '1900000002', 'public-key': '1900000003' }[mode];
    await stack.addMerchant({ mchid, mode });
    await stack.registry.endRefresh(mchid, new Date().toISOString());
    // By the names that follow from the stage.
    const { MERCHANTS_TABLE: _, DATA_KEY_ARN: __, ...env } = stack.env();
    const { status, stdout, stderr } = await startTool(['check', mchid, '--stage', 'test'], env).ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^(\d+ {2}ok .*\n){6,}$/);
  },
);

it('has a bus and three queues per endpoint, found by the variables of the SDK alone', async () => {
  const endpoints = await endpointsIn();
  const events = await stack.startEvents({ endpoints });
  Object.assign(process.env, stack.env(), events.env);
  const [bus, queues] = [new EventBridgeClient(), new SQSClient({ useQueueUrlAsEndpoint: false })];
  const { QueueUrls = [] } = await queues.send(new ListQueuesCommand());
  const names = endpoints.map(({ name }) => `wechatpay-presign-test-${name}`);
  expect(QueueUrls.map((url) => url.split('/').at(-1)).sort()).toEqual(
    names.flatMap((name) => [name, `${name}-dead-letters`, `${name}-undelivered`]).sort(),
  );

  const Entries = endpoints.map(({ name }) => ({
    EventBusName: 'wechatpay-presign-test',
    Source: 'shop',
    DetailType: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Requested`,
    Detail: JSON.stringify({ name }),
  }));
  await bus.send(new PutEventsCommand({ Entries }));
  await events.eventBridge.delivered();
  for (const { name } of endpoints) {
    const { ready } = await events.queues.contents(events.queueOf(name));
    expect(ready.map((body) => (JSON.parse(body) as { detail: unknown }).detail)).toEqual([{ name }]);
  }
  bus.destroy();
  queues.destroy();
  await events.close();
});
