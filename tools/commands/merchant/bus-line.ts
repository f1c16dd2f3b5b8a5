import { randomUUID } from 'node:crypto';
import {
  DeleteRuleCommand,
  type EventBridgeClient,
  ListRulesCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** SQS holds a receive open for so long. */
const MAX_WAIT_S = 20;
const TARGET = 'check';

export type Bus = {
  events: EventBridgeClient;
  sqs: SQSClient;
  name: string;
  /** What the names of rule and queue begin with, and nothing else does. */
  prefix: string;
};

/** A queue of one's own behind a rule of one's own, for the time of a check. */
export type BusLine = {
  /** Whether an event came within so many seconds. */
  hear: (seconds: number) => Promise<boolean>;
  close: () => Promise<void>;
};

const letRuleSend = (ruleArn: string, queueArn: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      },
    ],
  });

/** Takes away what begins with the prefix: ours, and what a check that was interrupted has left. */
const removeAll = async ({ events, sqs, name: EventBusName, prefix }: Bus): Promise<void> => {
  const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName, NamePrefix: prefix }));
  for (const { Name } of Rules) {
    await events.send(new RemoveTargetsCommand({ EventBusName, Rule: Name, Ids: [TARGET] }));
    await events.send(new DeleteRuleCommand({ EventBusName, Name }));
  }
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
  for (const QueueUrl of QueueUrls) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
};

const putLine = async ({ events, sqs, name: EventBusName, prefix }: Bus, pattern: object) => {
  // SQS does not give a name out again for a minute.
  const name = `${prefix}${randomUUID().slice(0, 8)}`;
  const rule = { Name: name, EventBusName, EventPattern: JSON.stringify(pattern) };
  const { RuleArn = '' } = await events.send(new PutRuleCommand(rule));
  const queue = {
    QueueName: name,
    Attributes: { MessageRetentionPeriod: '300', SqsManagedSseEnabled: 'true' },
  };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand(queue));
  const attributes = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const Arn = (await sqs.send(attributes)).Attributes?.['QueueArn'] ?? '';
  await sqs.send(
    new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: letRuleSend(RuleArn, Arn) } }),
  );
  await events.send(new PutTargetsCommand({ EventBusName, Rule: name, Targets: [{ Id: TARGET, Arn }] }));
  return QueueUrl;
};

/** @param pattern EventBridge's, of the events to hear of. */
export const openBusLine = async (bus: Bus, pattern: object): Promise<BusLine> => {
  await removeAll(bus);
  const close = () => removeAll(bus);
  try {
    const QueueUrl = await putLine(bus, pattern);
    return {
      hear: async (seconds) => {
        const receive = { QueueUrl, WaitTimeSeconds: Math.min(MAX_WAIT_S, seconds) };
        const { Messages = [] } = await bus.sqs.send(new ReceiveMessageCommand(receive));
        return Messages.length > 0;
      },
      close,
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
};
