import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import {
  arnNamed,
  arnOf,
  ofType,
  packaged,
  pascal,
  propertiesOf,
  type Resources,
  type Statement,
} from '../support/template/packaged.ts';

const BOUNDARY = 'arn:aws-cn:iam::111122223333:policy/boundary';
const [resources, bounded] = await Promise.all([packaged(), packaged({ permissionsBoundaryArn: BOUNDARY })]);

const statementsOf = (role: string): Statement[] => {
  const policies = propertiesOf(resources, role)['Policies'] as {
    PolicyDocument: { Statement: Statement[] };
  }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};
const actionsOf = (role: string) =>
  Object.fromEntries(statementsOf(role).map(({ Sid = '', Action }) => [Sid, [Action].flat()]));
const statement = (role: string, sid: string) => statementsOf(role).find(({ Sid }) => Sid === sid);
const via = (service: string) => ({
  StringEquals: {
    'kms:ViaService': ['amazonaws.com', 'amazonaws.com.cn'].map((suffix) => ({
      'Fn::Sub': `${service}.\${AWS::Region}.${suffix}`,
    })),
  },
});

describe('the roles', () => {
  it('may do what they need and nothing else', () => {
    expect(ofType(resources, 'AWS::IAM::Role').map(([name]) => name)).toEqual([
      'DeliveryRole',
      'EndpointRole',
      'SchedulerRole',
      'RefreshRole',
      'PreTrafficRole',
    ]);
    const shared = {
      Log: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      SignWithMerchantKeys: ['kms:Sign'],
      OpenApiV3Keys: ['kms:Decrypt'],
      ReadEncryptedRegistry: ['kms:Decrypt'],
    };
    expect(actionsOf('EndpointRole')).toEqual({
      ...shared,
      Registry: ['dynamodb:GetItem'],
      StoreCertificates: ['dynamodb:UpdateItem'],
      Queues: [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ChangeMessageVisibility',
      ],
      ReadEncryptedMessages: ['kms:Decrypt'],
      Outcomes: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      ReadEncryptedOutcomes: ['kms:Decrypt'],
      PublishOutcomes: ['events:PutEvents'],
    });
    expect(actionsOf('RefreshRole')).toEqual({
      ...shared,
      Registry: ['dynamodb:Scan', 'dynamodb:GetItem'],
      StoreCertificates: ['dynamodb:UpdateItem'],
    });
    expect(actionsOf('SchedulerRole')).toEqual({ '': ['lambda:InvokeFunction'] });
    const { OpenApiV3Keys: _, ...signs } = shared;
    expect(actionsOf('PreTrafficRole')).toEqual({
      ...signs,
      ReadPublicKeys: ['kms:GetPublicKey'],
      Registry: ['dynamodb:Scan', 'dynamodb:GetItem'],
      Report: ['codedeploy:PutLifecycleEventHookExecutionStatus'],
    });
    expect(actionsOf('DeliveryRole')).toEqual({
      MoveTraffic: ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
      AskTheCheck: ['lambda:InvokeFunction'],
      ReadWhatToDeploy: ['s3:GetObject', 's3:GetObjectVersion'],
      LookAtAlarms: ['cloudwatch:DescribeAlarms'],
    });
  });

  it('write to their own logs alone', async () => {
    const streams = (name: string) =>
      arnNamed('logs', `log-group:/aws/lambda/wechatpay-presign-prod-${name}:*`);
    const written = (role: string) => [statement(role, 'Log')?.Resource].flat();
    const endpoints = (await endpointsIn()).map(({ name }) => streams(name));
    expect(written('EndpointRole')).toEqual(expect.arrayContaining(endpoints));
    expect(written('EndpointRole')).toHaveLength(endpoints.length);
    expect(written('RefreshRole')).toEqual([streams('platformCertificatesRefresh')]);
    expect(written('PreTrafficRole')).toEqual([streams('preTrafficCheck')]);
  });

  it('are bounded if somebody says by what', () => {
    const boundaries = (all: Resources) =>
      ofType(all, 'AWS::IAM::Role').map(([, { Properties }]) => Properties['PermissionsBoundary']);
    expect(new Set(boundaries(resources))).toEqual(new Set([undefined]));
    expect(new Set(boundaries(bounded))).toEqual(new Set([BOUNDARY]));
  });

  it('reach the tables, queues and bus of this stack alone', async () => {
    const queues = (await endpointsIn()).map(({ name }) => arnOf(`${pascal(name)}Queue`));
    const { Resource: reached } = statement('EndpointRole', 'Queues') ?? {};
    expect(reached).toHaveLength(queues.length);
    expect(reached).toEqual(expect.arrayContaining(queues));
    expect(statement('EndpointRole', 'Outcomes')?.Resource).toEqual(arnOf('Outcomes'));
    for (const role of ['EndpointRole', 'RefreshRole', 'PreTrafficRole'])
      expect(statement(role, 'Registry')?.Resource).toEqual(arnOf('Merchants'));
  });

  it('may change what is known of platform keys, and neither who signs nor with what', () => {
    for (const role of ['EndpointRole', 'RefreshRole']) {
      const { Resource: reached, Condition } = statement(role, 'StoreCertificates') ?? {};
      expect(reached).toEqual(arnOf('Merchants'));
      expect(Condition).toEqual({
        'ForAllValues:StringEquals': {
          'dynamodb:Attributes': [
            'mchid',
            'platform_keys',
            'version',
            'refreshed_at',
            'refresh_claimed_until',
          ],
        },
        // A call that names no attribute would otherwise satisfy "all of them".
        Null: { 'dynamodb:Attributes': 'false' },
      });
    }
  });

  it('sign with merchant keys in the one way WeChat Pay asks for, and with this stage’s keys alone', () => {
    for (const role of ['EndpointRole', 'RefreshRole', 'PreTrafficRole'])
      expect(statement(role, 'SignWithMerchantKeys')?.Condition).toEqual({
        StringEquals: {
          'aws:ResourceTag/wechatpay-presign': 'prod',
          'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
          'kms:MessageType': 'DIGEST',
        },
      });
    expect(statement('PreTrafficRole', 'ReadPublicKeys')?.Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/wechatpay-presign': 'prod' },
    });
  });

  it('decrypt nothing but APIv3 keys themselves; all else is the tables’ and queues’ doing', () => {
    const decrypts = (role: string) =>
      statementsOf(role)
        .filter(({ Action }) => JSON.stringify(Action).includes('kms:Decrypt'))
        .map(({ Resource, Condition }) => ({ Resource, Condition }));
    const purpose = { StringEquals: { 'kms:EncryptionContext:purpose': 'wechatpay:api-v3-key' } };
    const data = [
      { Resource: arnOf('DataKey'), Condition: purpose },
      { Resource: arnOf('DataKey'), Condition: via('dynamodb') },
    ];
    expect(decrypts('RefreshRole')).toEqual(data);
    expect(decrypts('PreTrafficRole')).toEqual(data.slice(1));
    expect(decrypts('EndpointRole')).toEqual([
      ...data,
      { Resource: arnOf('MessagesKey'), Condition: via('sqs') },
      { Resource: arnOf('MessagesKey'), Condition: via('dynamodb') },
    ]);
  });

  it('move the endpoints’ aliases and ask the check, as CodeDeploy; report to CodeDeploy, as the check', async () => {
    const functionNamed = (name: string) => arnNamed('lambda', `function:wechatpay-presign-prod-${name}`);
    const aliases = (await endpointsIn()).flatMap(({ name }) => [
      functionNamed(name),
      functionNamed(`${name}:*`),
    ]);
    const moved = statement('DeliveryRole', 'MoveTraffic')?.Resource;
    expect(moved).toEqual(expect.arrayContaining(aliases));
    expect(moved).toHaveLength(aliases.length);
    expect(statement('DeliveryRole', 'AskTheCheck')?.Resource).toEqual(functionNamed('preTrafficCheck'));
    expect(propertiesOf(resources, 'DeliveryRole')['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: { 'Fn::Sub': `codedeploy.\${AWS::URLSuffix}` } },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
    expect(statement('PreTrafficRole', 'Report')?.Resource).toEqual(
      arnNamed('codedeploy', `deploymentgroup:\${Delivery}/*`),
    );
  });

  it('publish outcomes, and ask for no sign-up in a caller’s name', () => {
    expect(statement('EndpointRole', 'PublishOutcomes')).toMatchObject({
      Resource: arnOf('EventBus'),
      Condition: { StringEquals: { 'events:source': 'wechatpay-presign' } },
    });
  });
});
