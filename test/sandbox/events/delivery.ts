import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { BusEvent } from './put-events.ts';
import type { Queues } from './queues.ts';

/** Brings events of one detail-type to a queue; those under `notSource` aside, as the stack's rules have it. */
export type Rule = {
  name: string;
  detailType: string;
  notSource: string;
  queueName: string;
  undeliveredQueueName: string;
};

export type DeliveryOptions = {
  rules: readonly Rule[];
  queues: Queues;
  region: string;
  account: string;
  bus: string;
};

/** EventBridge tries for a day; here the queue is at hand, and a few times tell the same. */
const ATTEMPTS = 3;

const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });

/** Sends what matches a rule to its queue, and what cannot be sent to the rule's dead letters with the reason. */
export const createDelivery = ({ rules, queues, region, account, bus }: DeliveryOptions) => {
  const pending = new Set<Promise<void>>();
  const urls = new Map<string, string>();

  const urlOf = async (name: string): Promise<string> => {
    const known = urls.get(name);
    if (known !== undefined) return known;
    const { QueueUrl = '' } = await queues.client.send(new GetQueueUrlCommand({ QueueName: name }));
    urls.set(name, QueueUrl);
    return QueueUrl;
  };

  const send = async (
    queueName: string,
    body: string,
    attributes?: Record<string, string>,
  ): Promise<void> => {
    const MessageAttributes =
      attributes &&
      Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attribute(value)]));
    const QueueUrl = await urlOf(queueName);
    await queues.client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
  };

  const deliver = async (event: BusEvent, rule: Rule): Promise<void> => {
    const body = JSON.stringify(event);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(rule.queueName, body);
      } catch (error) {
        if (attempt < ATTEMPTS) continue;
        const { name, message } = error as Error;
        return await send(rule.undeliveredQueueName, body, {
          RULE_ARN: `arn:aws-cn:events:${region}:${account}:rule/${bus}/${rule.name}`,
          TARGET_ARN: `arn:aws-cn:sqs:${region}:${account}:${rule.queueName}`,
          ERROR_CODE: name === 'AccessDenied' ? 'NO_PERMISSIONS' : 'SDK_CLIENT_ERROR',
          ERROR_MESSAGE: message,
        });
      }
    }
  };

  return {
    deliver: (event: BusEvent): void => {
      for (const rule of rules) {
        if (event['detail-type'] !== rule.detailType || event.source === rule.notSource) continue;
        const work = deliver(event, rule).finally(() => pending.delete(work));
        pending.add(work);
      }
    },
    /** Resolves once what was to be delivered so far has been. */
    done: async (): Promise<void> => void (await Promise.all(pending)),
  };
};
