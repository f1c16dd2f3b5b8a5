import { describe, expect, it } from '@jest/globals';
import { arnNamed, ofType, packaged, propertiesOf, type Statement } from '../support/template/packaged.ts';

const BUS_ARN = arnNamed('events', 'event-bus/wechatpay-presign-prod');
const OPERATOR = 'arn:aws-cn:iam::111122223333:role/operator';
const [resources, guarded] = await Promise.all([packaged(), packaged({ operatorRoleArn: OPERATOR })]);

const keyPolicy = (key: string, all = resources): Statement[] =>
  (propertiesOf(all, key)['KeyPolicy'] as { Statement: Statement[] }).Statement;

describe('the keys', () => {
  const accountDecides = {
    Sid: 'AccountDecidesByIam',
    Effect: 'Allow',
    Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
    Action: 'kms:*',
    Resource: '*',
  };
  const eventBridge = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Resource: '*' };

  it('are rotated, and kept when the stack goes if something is kept that they encrypt', () => {
    const keys = ofType(resources, 'AWS::KMS::Key');
    expect(keys.map(([id]) => id)).toEqual(['DataKey', 'MessagesKey', 'FallbackKey']);
    for (const [, { Properties }] of keys) expect(Properties['EnableKeyRotation']).toBe(true);
    const kept = 'RetainExceptOnCreate';
    expect(keys.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual([kept, kept, undefined]);
  });

  it('leave APIv3 keys to IAM alone: no service has a way to them', () => {
    expect(keyPolicy('DataKey')).toEqual([accountDecides]);
  });

  it('open APIv3 keys for two Lambdas’ roles and the operator’s alone, if it is said which that is', () => {
    const roles = ['EndpointRole', 'RefreshRole'].map((role) => propertiesOf(guarded, role)['RoleName']);
    expect(roles).toEqual([
      'wechatpay-presign-prod-cn-north-1-endpoint',
      'wechatpay-presign-prod-cn-north-1-refresh',
    ]);
    const named = roles.map((role) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${role}`,
    }));
    expect(keyPolicy('DataKey', guarded)).toEqual([
      accountDecides,
      {
        Sid: 'ApiV3KeysForTheseAlone',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:EncryptionContext:purpose': 'wechatpay:api-v3-key' },
          ArnNotEquals: { 'aws:PrincipalArn': [...named, OPERATOR] },
        },
      },
    ]);
  });

  it('let EventBridge keep this bus’s events, send what this bus and its rules send, and alarms tell', () => {
    const uses = { ...eventBridge, Action: ['kms:GenerateDataKey', 'kms:Decrypt'] };
    const rules = arnNamed('events', 'rule/wechatpay-presign-prod/*');
    expect(keyPolicy('MessagesKey')).toEqual([
      accountDecides,
      { ...eventBridge, Sid: 'EventBridgeLooksAtTheKey', Action: 'kms:DescribeKey' },
      {
        ...uses,
        Sid: 'EventBridgeKeepsEvents',
        Condition: {
          StringEquals: {
            'kms:EncryptionContext:aws:events:event-bus:arn': BUS_ARN,
            'aws:SourceArn': BUS_ARN,
          },
        },
      },
      {
        ...uses,
        Sid: 'RulesSendToQueues',
        Condition: { ArnLike: { 'aws:SourceArn': rules } },
      },
    ]);
    expect(keyPolicy('FallbackKey')).toEqual([
      accountDecides,
      {
        ...uses,
        Sid: 'EventBridgeSendsToQueues',
        Condition: { ArnLike: { 'aws:SourceArn': [BUS_ARN, rules] } },
      },
      {
        Sid: 'AlarmsTell',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': arnNamed('cloudwatch', 'alarm:wechatpay-presign-prod-*') },
        },
      },
    ]);
  });
});
