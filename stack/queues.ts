/**
 * The rule and the queues of each endpoint: what repeats, and CloudFormation has no loop for. An endpoint is a function
 * with an sqs event in serverless.yml.
 *
 *   bus → rule → NAME ──────→ the function
 *          │      └ received too often → NAME-dead-letters
 *          └ not delivered in 24 h → NAME-undelivered, under another key
 */
import { MAX_RECEIVES } from '../lib/events/back-off.ts';
import { detailType, SOURCE } from '../lib/events/contract.ts';
import { asideOf, endpointNameOf } from '../lib/names.ts';
import { type StackEndpoint, stackOf } from './endpoints.ts';
import { arn, type Expression, getAtt, type Resource, type Resources, type Variables } from './framework.ts';

const DAY = 86_400;
/** What AWS advises: a batch that Lambda was throttled with is tried again before its messages come back by themselves. */
export const VISIBILITY_PER_TIMEOUT = 6;

const queue = (name: string, days: number, key: string, more = {}): Resource => ({
  Type: 'AWS::SQS::Queue',
  Properties: {
    QueueName: name,
    KmsMasterKeyId: getAtt(key),
    MessageRetentionPeriod: days * DAY,
    ...more,
  },
});

/** @param sender ARN of the rule that may send, if any may. */
const queuePolicy = (queueId: string, sender?: Expression): Resource => {
  const Resource = getAtt(queueId);
  const tlsOnly = {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:*',
    Resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  const ruleSends = {
    Sid: 'RuleSends',
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource,
    Condition: { ArnEquals: { 'aws:SourceArn': sender } },
  };
  const Statement = sender ? [tlsOnly, ruleSends] : [tlsOnly];
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: { Queues: [{ Ref: queueId }], PolicyDocument: { Version: '2012-10-17', Statement } },
  };
};

const rule = ({ id, name }: StackEndpoint, fullName: string): Resource => ({
  Type: 'AWS::Events::Rule',
  // Until both policies are there, whatever the rule matches would be lost.
  DependsOn: [`${id}QueuePolicy`, `${id}UndeliveredPolicy`],
  Properties: {
    Name: fullName,
    EventBusName: { Ref: 'EventBus' },
    // Never under our own source: that is for outcomes.
    EventPattern: {
      source: [{ 'anything-but': SOURCE }],
      'detail-type': [detailType({ name }, 'Requested')],
    },
    Targets: [
      {
        Id: 'queue',
        Arn: getAtt(`${id}Queue`),
        DeadLetterConfig: { Arn: getAtt(`${id}Undelivered`) },
        RetryPolicy: { MaximumEventAgeInSeconds: DAY, MaximumRetryAttempts: 185 },
      },
    ],
  },
});

const resourcesOf = (endpoint: StackEndpoint, bus: string): Resources => {
  const { id, name, timeout } = endpoint;
  const fullName = endpointNameOf(bus, name);
  const ruleArn = arn('events', `rule/${bus}/${fullName}`);
  return {
    [`${id}Rule`]: rule(endpoint, fullName),
    [`${id}Queue`]: queue(fullName, 4, 'MessagesKey', {
      VisibilityTimeout: VISIBILITY_PER_TIMEOUT * timeout,
      RedrivePolicy: { deadLetterTargetArn: getAtt(`${id}DeadLetters`), maxReceiveCount: MAX_RECEIVES },
    }),
    [`${id}QueuePolicy`]: queuePolicy(`${id}Queue`, ruleArn),
    // Dead letters hold personal data: 14 days, the most SQS takes, and they are gone. Each was received from the queue
    // before, so the queue's key works.
    [`${id}DeadLetters`]: queue(asideOf(fullName, 'dead-letters'), 14, 'MessagesKey', {
      RedriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns: [arn('sqs', fullName)] },
    }),
    [`${id}DeadLettersPolicy`]: queuePolicy(`${id}DeadLetters`),
    // Never the queue's own key, which may be why the queue could not take the event.
    [`${id}Undelivered`]: queue(asideOf(fullName, 'undelivered'), 14, 'FallbackKey'),
    [`${id}UndeliveredPolicy`]: queuePolicy(`${id}Undelivered`, ruleArn),
  };
};

type Asked = Pick<Variables, 'resolveVariable'>;

/** For `resources` in serverless.yml. */
export const resources = async (variables: Asked): Promise<{ Resources: Resources }> => {
  const { endpoints, prefix } = await stackOf(variables);
  return { Resources: Object.assign({}, ...endpoints.map((endpoint) => resourcesOf(endpoint, prefix))) };
};

/** The queues that the endpoints' role may receive from. */
export const queueArns = async (variables: Asked): Promise<Expression[]> =>
  (await stackOf(variables)).endpoints.map(({ id }) => getAtt(`${id}Queue`));
