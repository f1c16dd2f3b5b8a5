import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { MAX_RECEIVES } from '../../lib/events/back-off.ts';
import {
  arnNamed,
  arnOf,
  ofType,
  packaged,
  pascal,
  propertiesOf,
  type Statement,
} from '../support/template/packaged.ts';

const BUS = 'wechatpay-presign-prod';
const DAY = 86_400;
const resources = await packaged();
const endpoints = (await endpointsIn()).map(({ name }) => {
  const id = pascal(name);
  return { name, id, rule: arnNamed('events', `rule/${BUS}/${BUS}-${name}`) };
});

const properties = (id: string) => propertiesOf(resources, id);
const statementsOn = (policy: string): Statement[] =>
  (properties(policy)['PolicyDocument'] as { Statement: Statement[] }).Statement;

/** Nobody may come without TLS; `sender`, if any, may send, and that is all a queue policy says. */
const policyOf = (queue: string, sender?: { sid: string; arn: object }) => {
  const Resource = arnOf(queue);
  const tlsOnly = {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:*',
    Resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  const sends = sender && {
    Sid: sender.sid,
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource,
    Condition: { ArnEquals: { 'aws:SourceArn': sender.arn } },
  };
  return sends ? [tlsOnly, sends] : [tlsOnly];
};

describe('the bus', () => {
  it('is encrypted with the key of messages, and keeps what it could not decrypt', () => {
    expect(ofType(resources, 'AWS::Events::EventBus')).toHaveLength(1);
    expect(properties('EventBus')).toMatchObject({
      Name: BUS,
      KmsKeyIdentifier: arnOf('MessagesKey'),
      DeadLetterConfig: { Arn: arnOf('BusUndelivered') },
    });
    const sender = { sid: 'EventBridgeSends', arn: arnNamed('events', `event-bus/${BUS}`) };
    expect(statementsOn('BusUndeliveredPolicy')).toEqual(policyOf('BusUndelivered', sender));
  });

  it('has no archive: events hold personal data', () => {
    expect(ofType(resources, 'AWS::Events::Archive')).toEqual([]);
  });
});

it('has a rule, three queues and their policies per endpoint, and no others', () => {
  const ids = (type: string) => ofType(resources, type).map(([id]) => id);
  const perEndpoint = (...kinds: string[]) =>
    endpoints.flatMap(({ id }) => kinds.map((kind) => id + kind)).sort();
  const queues = ['Queue', 'DeadLetters', 'Undelivered'];
  expect(ids('AWS::Events::Rule').sort()).toEqual(perEndpoint('Rule'));
  expect(ids('AWS::SQS::Queue').sort()).toEqual(['BusUndelivered', ...perEndpoint(...queues)].sort());
  const guarded = ids('AWS::SQS::QueuePolicy').map((id) => properties(id)['Queues']);
  expect(guarded).toEqual(ids('AWS::SQS::QueuePolicy').map((id) => [{ Ref: id.replace(/Policy$/, '') }]));
  expect(guarded).toHaveLength(ids('AWS::SQS::Queue').length);
});

it('encrypts every queue, and keeps nothing longer than 14 days', () => {
  for (const [id, { Properties }] of ofType(resources, 'AWS::SQS::Queue')) {
    const key = id.endsWith('Undelivered') ? 'FallbackKey' : 'MessagesKey';
    expect(Properties['KmsMasterKeyId']).toEqual(arnOf(key));
    expect(Properties['MessageRetentionPeriod']).toBe(id.endsWith('Queue') ? 4 * DAY : 14 * DAY);
  }
});

describe.each(endpoints)('$name', ({ name, id, rule }) => {
  it('is asked for by its detail-type on the bus, tried for a day, and never dropped', () => {
    expect(properties(`${id}Rule`)).toEqual({
      Name: `${BUS}-${name}`,
      EventBusName: { Ref: 'EventBus' },
      EventPattern: { source: [{ 'anything-but': 'wechatpay-presign' }], 'detail-type': [`${id}Requested`] },
      Targets: [
        {
          Id: 'queue',
          Arn: arnOf(`${id}Queue`),
          DeadLetterConfig: { Arn: arnOf(`${id}Undelivered`) },
          RetryPolicy: { MaximumEventAgeInSeconds: DAY, MaximumRetryAttempts: 185 },
        },
      ],
    });
  });

  it('has a queue that hides a message for six times the time-out, and gives it as many chances as the code counts', () => {
    expect(properties(`${id}Queue`)).toMatchObject({
      QueueName: `${BUS}-${name}`,
      VisibilityTimeout: 6 * Number(properties(`${id}LambdaFunction`)['Timeout']),
      RedrivePolicy: { deadLetterTargetArn: arnOf(`${id}DeadLetters`), maxReceiveCount: MAX_RECEIVES },
    });
  });

  it('has dead letters of its own', () => {
    expect(properties(`${id}Undelivered`)['QueueName']).toBe(`${BUS}-${name}-undelivered`);
    expect(properties(`${id}DeadLetters`)).toMatchObject({
      QueueName: `${BUS}-${name}-dead-letters`,
      RedriveAllowPolicy: {
        redrivePermission: 'byQueue',
        sourceQueueArns: [arnNamed('sqs', `${BUS}-${name}`)],
      },
    });
  });

  it('lets its own rule send, and nobody come without TLS', () => {
    const sender = { sid: 'RuleSends', arn: rule };
    expect(statementsOn(`${id}QueuePolicy`)).toEqual(policyOf(`${id}Queue`, sender));
    expect(statementsOn(`${id}UndeliveredPolicy`)).toEqual(policyOf(`${id}Undelivered`, sender));
    expect(statementsOn(`${id}DeadLettersPolicy`)).toEqual(policyOf(`${id}DeadLetters`));
  });

  it('is invoked with batches of ten, of which each message fails alone', () => {
    const mappings = ofType(resources, 'AWS::Lambda::EventSourceMapping').map(
      ([, mapping]) => mapping.Properties,
    );
    expect(mappings).toHaveLength(endpoints.length);
    expect(mappings).toContainEqual({
      EventSourceArn: arnOf(`${id}Queue`),
      FunctionName: { 'Fn::Join': [':', [arnOf(`${id}LambdaFunction`), 'live']] },
      BatchSize: 10,
      Enabled: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });
});
