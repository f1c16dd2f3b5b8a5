import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { MAX_RECEIVES } from '../../lib/events/back-off.ts';
import { detailType, SOURCE } from '../../lib/events/contract.ts';
import { asideOf, endpointNameOf, namesOf, prefixOf } from '../../lib/names.ts';
import { arnNamed, arnOf, ofType, packaged, pascal, propertiesOf } from '../support/template/packaged.ts';

const DAY = 86_400;
const resources = await packaged();
const endpoints = (await endpointsIn()).map(({ name }) => {
  const id = pascal(name);
  return { name, id, queue: endpointNameOf(prefixOf('prod'), name) };
});

const properties = (id: string) => propertiesOf(resources, id);
describe('the bus', () => {
  it('is encrypted with the key of messages, and keeps what it could not decrypt', () => {
    expect(ofType(resources, 'AWS::Events::EventBus')).toHaveLength(1);
    expect(properties('EventBus')).toMatchObject({
      Name: namesOf('prod').eventBus,
      KmsKeyIdentifier: arnOf('MessagesKey'),
      DeadLetterConfig: { Arn: arnOf('BusUndelivered') },
    });
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

describe.each(endpoints)('$name', ({ name, id, queue }) => {
  it('is asked for by its detail-type on the bus, tried for a day, and never dropped', () => {
    const { EventBusName, EventPattern, Targets } = properties(`${id}Rule`);
    expect(EventBusName).toEqual({ Ref: 'EventBus' });
    expect(EventPattern).toEqual({
      source: [{ 'anything-but': SOURCE }],
      'detail-type': [detailType({ name }, 'Requested')],
    });
    expect(Targets).toEqual([
      expect.objectContaining({
        Arn: arnOf(`${id}Queue`),
        DeadLetterConfig: { Arn: arnOf(`${id}Undelivered`) },
        RetryPolicy: expect.objectContaining({ MaximumEventAgeInSeconds: DAY }),
      }),
    ]);
  });

  it('has a queue that hides a message for six times the time-out, and gives it as many chances as the code counts', () => {
    expect(properties(`${id}Queue`)).toMatchObject({
      QueueName: queue,
      VisibilityTimeout: 6 * Number(properties(`${id}LambdaFunction`)['Timeout']),
      RedrivePolicy: { deadLetterTargetArn: arnOf(`${id}DeadLetters`), maxReceiveCount: MAX_RECEIVES },
    });
  });

  it('has dead letters of its own, which no other queue may fill, under names that the tools know', () => {
    expect(properties(`${id}Undelivered`)['QueueName']).toBe(asideOf(queue, 'undelivered'));
    expect(properties(`${id}DeadLetters`)).toMatchObject({
      QueueName: asideOf(queue, 'dead-letters'),
      RedriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns: [arnNamed('sqs', queue)] },
    });
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
