import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/endpoints.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Statement = {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
};
type Resource = { Type: string; DeletionPolicy?: string; Properties: Record<string, unknown> };
let resources: Record<string, Resource>;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'presign-template-'));
  const workFolder = `.esbuild/${folder.slice(folder.lastIndexOf('-') + 1)}`;
  const framework = join(ROOT, 'node_modules/serverless/bin/serverless.js');
  await promisify(execFile)(
    process.execPath,
    [framework, 'package', '--stage', 'prod', '--package', folder],
    {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], SANDBOX_WORK_FOLDER: workFolder },
    },
  );
  const template = await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  ({ Resources: resources } = JSON.parse(template) as { Resources: Record<string, Resource> });
  await rm(folder, { recursive: true });
  await rm(join(ROOT, workFolder), { recursive: true, force: true });
});

const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
const statementsOf = (role: string): Statement[] => {
  const policies = resources[role]?.Properties['Policies'] as {
    PolicyDocument: { Statement: Statement[] };
  }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};
const actionsOf = (role: string) =>
  Object.fromEntries(statementsOf(role).map(({ Sid = '', Action }) => [Sid, [Action].flat()]));

describe('the packaged template', () => {
  it('gives each role the actions it needs and no others', () => {
    expect(ofType('AWS::IAM::Role').map(([name]) => name)).toEqual([
      'EndpointRole',
      'SchedulerRole',
      'RefreshRole',
    ]);
    const shared = {
      Log: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      SignWithMerchantKeys: ['kms:Sign'],
      OpenApiV3Keys: ['kms:Decrypt'],
      ReadEncryptedRegistry: ['kms:Decrypt'],
    };
    expect(actionsOf('EndpointRole')).toEqual({
      ...shared,
      Registry: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    });
    expect(actionsOf('RefreshRole')).toEqual({
      ...shared,
      Registry: ['dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
    });
    expect(actionsOf('SchedulerRole')).toEqual({ '': ['lambda:InvokeFunction'] });
  });

  it('lets merchant keys sign in the one way WeChat Pay asks for, and this stage’s keys alone', () => {
    for (const role of ['EndpointRole', 'RefreshRole']) {
      const sign = statementsOf(role).find(({ Action }) => Action === 'kms:Sign');
      expect(sign?.Condition).toEqual({
        StringEquals: {
          'aws:ResourceTag/wechatpay-presign': 'prod',
          'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
          'kms:MessageType': 'DIGEST',
        },
      });
    }
  });

  it('lets nothing be decrypted without a condition, nor with another key than the data key', () => {
    const decrypts = ['EndpointRole', 'RefreshRole', 'SchedulerRole']
      .flatMap(statementsOf)
      .filter(({ Action }) => [Action].flat().includes('kms:Decrypt'));
    expect(decrypts).toHaveLength(4);
    for (const { Resource, Condition } of decrypts) {
      expect(Resource).toEqual({ 'Fn::GetAtt': ['DataKey', 'Arn'] });
      expect(JSON.stringify(Condition)).toMatch(/kms:EncryptionContext:purpose|kms:ViaService/);
    }
  });

  it('has a route per endpoint, none of them open', async () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties);
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      (await endpointsIn()).map(({ path }) => `POST ${path}`).sort(),
    );
    for (const route of routes) expect(route['AuthorizationType']).toBe('AWS_IAM');
  });

  it('runs everything on Node 24 and arm64, with no secret in the environment and logs that end', () => {
    const functions = ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties);
    expect(functions).toHaveLength(4);
    for (const { Runtime, Architectures, Environment } of functions) {
      expect({ Runtime, Architectures }).toEqual({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      expect(Object.keys((Environment as { Variables: object }).Variables).sort()).toEqual([
        'DATA_KEY_ARN',
        'MERCHANTS_TABLE',
        'WECHATPAY_DEFAULT_MCHID',
        'WECHATPAY_HOSTS',
        'WECHATPAY_TIMEOUT_MS',
      ]);
    }
    const logGroups = ofType('AWS::Logs::LogGroup');
    expect(logGroups).toHaveLength(4);
    for (const [, { Properties }] of logGroups) expect(Properties['RetentionInDays']).toBe(180);
  });

  it('keeps the registry and its key when the stack goes', () => {
    expect(resources['Merchants']?.DeletionPolicy).toBe('Retain');
    expect(resources['DataKey']?.DeletionPolicy).toBe('Retain');
    expect(resources['Merchants']?.Properties).toMatchObject({
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('refreshes certificates every six hours, as a role that may do nothing else', () => {
    const [[, schedule] = []] = ofType('AWS::Scheduler::Schedule');
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: 'rate(6 hours)',
      Target: { RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] } },
    });
  });

  it('works in every partition: no ARN names one', () => {
    expect(JSON.stringify(resources)).not.toMatch(/arn:aws(-cn)?:/);
  });
});
