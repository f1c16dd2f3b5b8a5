import { NAME, type Place, STRANGERS } from './place.ts';
import { ACCOUNT } from './resolve.ts';
import { type Asked, confused, EVENTS, from, type ServiceCalls } from './service-calls.ts';

const SEAL = ['kms:GenerateDataKey', 'kms:Decrypt'];

/** Who may seal and open with the keys. */
export const sealing = (place: Place): ServiceCalls => {
  const { arn, arnOf, endpoints } = place;
  const [key, dataKey, fallback] = [arn('MessagesKey'), arn('DataKey'), arn('FallbackKey')];
  const topic = arn('AlarmTopic');
  const busArn = arnOf('events', `event-bus/${NAME}`);
  const ofBus = { 'kms:EncryptionContext:aws:events:event-bus:arn': busArn };
  const bus = { ...from(busArn), ...ofBus };
  const ruleOf = (name: string) => from(arnOf('events', `rule/${NAME}/${NAME}-${name}`));
  const alarm = (name: string, account?: string) => from(arnOf('cloudwatch', `alarm:${name}`, account));
  const CLOUDWATCH = 'cloudwatch.amazonaws.com';
  const forbidden = [
    'kms:CreateGrant',
    'kms:Encrypt',
    'kms:PutKeyPolicy',
    'kms:ReEncryptFrom',
    'kms:ScheduleKeyDeletion',
  ];
  return {
    may: [
      ['look at MessagesKey', EVENTS, 'kms:DescribeKey', key],
      ['keep the events of this bus', EVENTS, SEAL, key, bus],
      ['seal what the bus could not keep', EVENTS, SEAL, fallback, from(busArn)],
      ...endpoints.flatMap(({ name }): Asked[] => [
        [`seal for ${name}`, EVENTS, SEAL, key, ruleOf(name)],
        [`seal what the queue of ${name} could not take`, EVENTS, SEAL, fallback, ruleOf(name)],
      ]),
      ['tell an alarm', CLOUDWATCH, SEAL, fallback, alarm(`${NAME}-x`)],
      ['publish an alarm', CLOUDWATCH, 'sns:Publish', topic, alarm(`${NAME}-x`)],
    ],
    mayNot: [
      ...confused(place).flatMap(([whom, context]): Asked[] => [
        [`seal or open for ${whom}`, EVENTS, SEAL, key, { ...ofBus, ...context }],
        [`seal or open with FallbackKey for ${whom}`, EVENTS, SEAL, fallback, { ...ofBus, ...context }],
      ]),
      ['keep events of the bus without saying so', EVENTS, SEAL, key, from(busArn)],
      ['give away or destroy MessagesKey', EVENTS, forbidden, key, bus],
      ['give away or destroy FallbackKey', EVENTS, forbidden, fallback, bus],
      ['use MessagesKey as CloudWatch', CLOUDWATCH, SEAL, key, alarm(`${NAME}-x`)],
      ['use MessagesKey as S3', 's3.amazonaws.com', SEAL, key, bus],
      ['use MessagesKey as SNS', 'sns.amazonaws.com', SEAL, key, bus],
      ['use MessagesKey as Lambda', 'lambda.amazonaws.com', SEAL, key, bus],
      ['use DataKey as EventBridge', EVENTS, [...SEAL, 'kms:DescribeKey'], dataKey, bus],
      ['use DataKey as CloudWatch', CLOUDWATCH, SEAL, dataKey, alarm(`${NAME}-x`)],
      ['use DataKey as DynamoDB', 'dynamodb.amazonaws.com', SEAL, dataKey, { 'aws:SourceAccount': ACCOUNT }],
      [
        'publish without TLS',
        CLOUDWATCH,
        'sns:Publish',
        topic,
        { ...alarm(`${NAME}-x`), 'aws:SecureTransport': 'false' },
      ],
      [
        'listen to alarms',
        CLOUDWATCH,
        ['sns:Subscribe', 'sns:SetTopicAttributes'],
        topic,
        alarm(`${NAME}-x`),
      ],
      ['publish as S3', 's3.amazonaws.com', 'sns:Publish', topic, alarm(`${NAME}-x`)],
      ['seal as S3', 's3.amazonaws.com', SEAL, fallback, alarm(`${NAME}-x`)],
      ['give away or destroy FallbackKey', CLOUDWATCH, forbidden, fallback, alarm(`${NAME}-x`)],
      ...[
        ['an alarm of something else', alarm('payroll')] as const,
        ['the same alarm of another account', alarm(`${NAME}-x`, STRANGERS)] as const,
        ['nobody knows what', {}] as const,
      ].flatMap(([whom, context]): Asked[] => [
        [`seal for ${whom}`, CLOUDWATCH, SEAL, fallback, context],
        [`publish for ${whom}`, CLOUDWATCH, 'sns:Publish', topic, context],
      ]),
    ],
  };
};

/** Who may act as the roles. */
export const assuming = ({ arn, pseudo }: Place): ServiceCalls => {
  const assume = 'sts:AssumeRole';
  const codeDeploy = `codedeploy.${pseudo('AWS::URLSuffix')}`;
  const lambdas = ['EndpointRole', 'ContractRole', 'RefreshRole', 'PreTrafficRole'];
  const [scheduler, delivery] = [arn('SchedulerRole'), arn('DeliveryRole')];
  const SCHEDULER = 'scheduler.amazonaws.com';
  const here = { 'aws:SourceAccount': ACCOUNT };
  const there = { 'aws:SourceAccount': STRANGERS };
  return {
    may: [
      ...lambdas.map((role): Asked => [`run as ${role}`, 'lambda.amazonaws.com', assume, arn(role)]),
      ['run as SchedulerRole', SCHEDULER, assume, scheduler, here],
      ['run as DeliveryRole', codeDeploy, assume, delivery, here],
    ],
    mayNot: [
      ...lambdas.map(
        (role): Asked => [
          `run as ${role}, being another service`,
          'ec2.amazonaws.com',
          assume,
          arn(role),
          here,
        ],
      ),
      ...[
        ...lambdas.map((role) => ['lambda.amazonaws.com', role] as const),
        [SCHEDULER, 'SchedulerRole'] as const,
        [codeDeploy, 'DeliveryRole'] as const,
      ].map(
        ([service, role]): Asked => [
          `name who runs as ${role}`,
          service,
          ['sts:TagSession', 'sts:SetSourceIdentity'],
          arn(role),
          here,
        ],
      ),
      ['run as SchedulerRole for another account', SCHEDULER, assume, scheduler, there],
      ['run as SchedulerRole for nobody knows whom', SCHEDULER, assume, scheduler],
      ['run as SchedulerRole, being Lambda', 'lambda.amazonaws.com', assume, scheduler, here],
      ['run as DeliveryRole for another account', codeDeploy, assume, delivery, there],
      ['run as DeliveryRole, being Lambda', 'lambda.amazonaws.com', assume, delivery, here],
    ],
  };
};
