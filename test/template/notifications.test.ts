import { expect, it } from '@jest/globals';
import { resources as subscriptions } from '../../stack/notifications.ts';
import { alarmsIn } from '../support/template/alarm.ts';
import {
  arnNamed,
  arnOf,
  ofType,
  packaged,
  propertiesOf,
  type Statement,
} from '../support/template/packaged.ts';

const resources = await packaged();
const alarmArns = arnNamed('cloudwatch', 'alarm:wechatpay-presign-prod-*');
const ofOurAlarms = {
  StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  ArnLike: { 'aws:SourceArn': alarmArns },
};
const cloudWatch = { Service: 'cloudwatch.amazonaws.com' };

it('lets the alarms of this stage publish, nobody else, and nobody without TLS', () => {
  const Resource = { Ref: 'AlarmTopic' };
  const { Topics, PolicyDocument } = propertiesOf(resources, 'AlarmTopicPolicy');
  expect(ofType(resources, 'AWS::SNS::Topic').map(([id]) => id)).toEqual(['AlarmTopic']);
  expect(Topics).toEqual([Resource]);
  expect((PolicyDocument as { Statement: Statement[] }).Statement).toEqual([
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sns:Publish',
      Resource,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'AlarmsTell',
      Effect: 'Allow',
      Principal: cloudWatch,
      Action: 'sns:Publish',
      Resource,
      Condition: ofOurAlarms,
    },
  ]);
});

it('encrypts what alarms say with the fallback key, which they may use', () => {
  expect(propertiesOf(resources, 'AlarmTopic')['KmsMasterKeyId']).toEqual(arnOf('FallbackKey'));
  const { KeyPolicy } = propertiesOf(resources, 'FallbackKey') as { KeyPolicy: { Statement: Statement[] } };
  const theirs = KeyPolicy.Statement.filter(({ Principal }) =>
    JSON.stringify(Principal).includes('cloudwatch'),
  );
  expect(theirs).toEqual([
    {
      Sid: 'AlarmsTell',
      Effect: 'Allow',
      Principal: cloudWatch,
      Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
      Resource: '*',
      Condition: ofOurAlarms,
    },
  ]);
});

it('takes every alarm for one of this stage', () => {
  for (const { AlarmName } of Object.values(alarmsIn(resources)))
    expect(AlarmName).toMatch(/^wechatpay-presign-prod-/);
});

it('tells an address if one is given, and has no subscription otherwise', async () => {
  const given = (alarmEmail: string) => subscriptions({ resolveVariable: async () => ({ alarmEmail }) });
  expect(ofType(resources, 'AWS::SNS::Subscription')).toEqual([]);
  expect(await given('')).toEqual({});
  expect((await given('on-call@example.com')).Resources).toEqual({
    AlarmEmail: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint: 'on-call@example.com' },
    },
  });
});
