import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { SOURCE } from '../../lib/events/contract.ts';
import type { Events } from '../../test/aws/events/events.ts';
import type { Signing } from './sign.ts';

const NAME = 'enrolment';
const ACCOUNT = '000000000000';

/**
 * Does what a caller does in an account of its own: makes a queue, and a rule that brings it all that the service tells,
 * outcomes and notifications (docs/events.md).
 * @returns the queue's URL.
 */
export const listenToBus = async (
  { queues, eventBridge }: Events,
  { region, ...credentials }: Signing,
): Promise<string> => {
  const { url: endpoint, bus: EventBusName } = eventBridge;
  const client = new EventBridgeClient({ endpoint, region, credentials });
  const EventPattern = JSON.stringify({ source: [SOURCE] });
  const Arn = `arn:aws-cn:sqs:${region}:${ACCOUNT}:${NAME}`;
  try {
    // Short, so that what a program held that was killed is soon there again.
    const Attributes = { VisibilityTimeout: '5' };
    await queues.client.send(new CreateQueueCommand({ QueueName: NAME, Attributes }));
    await client.send(new PutRuleCommand({ EventBusName, Name: NAME, EventPattern }));
    await client.send(new PutTargetsCommand({ EventBusName, Rule: NAME, Targets: [{ Id: 'queue', Arn }] }));
  } finally {
    client.destroy();
  }
  return `${queues.url}/${ACCOUNT}/${NAME}`;
};
