import { describe, expect, it } from '@jest/globals';
import { parseConfig, parseNetwork } from '../../lib/config.ts';
import { contractEndpointsIn, endpointsIn } from '../../lib/documents/endpoints.ts';
import { endpointNameOf, prefixOf, SERVICE } from '../../lib/names.ts';
import { createResolver } from '../support/iam/resolve.ts';
import { arnOf, neededBy, ofType, packaged, stackTags } from '../support/template/packaged.ts';

const resources = await packaged();
type Configured = {
  FunctionName: string;
  Runtime: string;
  Architectures: string[];
  Environment: { Variables: object };
};

describe('the packaged template', () => {
  it('runs everything on Node 24 and arm64, with no secret in the environment and logs that end', async () => {
    const functions = ofType(resources, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties);
    const contracts = await contractEndpointsIn();
    expect(functions).toHaveLength((await endpointsIn()).length + contracts.length + 3);
    const { arn, resolve } = createResolver(resources, 'aws-cn');
    const tables = {
      merchantsTable: resources['Merchants']?.Properties['TableName'],
      outcomesTable: resources['Outcomes']?.Properties['TableName'],
    };
    const asking: string[] = [];
    for (const { FunctionName, Runtime, Architectures, Environment } of functions as Configured[]) {
      expect({ Runtime, Architectures }).toEqual({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      const { POWERTOOLS_SERVICE_NAME, REFRESH_FUNCTION, ...variables } = resolve(
        Environment.Variables,
      ) as Record<string, string>;
      expect(POWERTOOLS_SERVICE_NAME).toBe(prefixOf('prod'));
      if (REFRESH_FUNCTION !== undefined) {
        asking.push(FunctionName);
        expect(functions.map((one) => one['FunctionName'])).toContain(REFRESH_FUNCTION);
      }
      // What the Lambda itself reads, and nothing besides.
      expect(parseConfig(variables)).toEqual({
        ...tables,
        eventBusName: resources['EventBus']?.Properties['Name'],
        dataKeyArn: arn('DataKey'),
        defaultMchid: undefined,
        ...parseNetwork({}),
      });
      expect(Object.keys(variables)).toHaveLength(7);
    }
    const askers = [...contracts.map(({ name }) => name), 'notifications'];
    expect(asking.sort()).toEqual(askers.map((name) => endpointNameOf(prefixOf('prod'), name)).sort());
    const logGroups = ofType(resources, 'AWS::Logs::LogGroup');
    // One more than functions: API Gateway's.
    expect(logGroups).toHaveLength(functions.length + 1);
    for (const [, { Properties }] of logGroups) expect(Properties['RetentionInDays']).toBe(365);
  });

  it.each([
    ['Merchants', 'mchid', 'DataKey'],
    ['Outcomes', 'id', 'MessagesKey'],
  ])('keeps the table %s when the stack goes, encrypted and recoverable', (table, key, encryptedWith) => {
    expect(resources[table]?.DeletionPolicy).toBe('Retain');
    expect(resources[table]?.Properties).toMatchObject({
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arnOf(encryptedWith) },
    });
  });

  it('takes back what a failed first deployment made, and keeps for good only what it could not take back', () => {
    // The framework keeps versions of functions, which go with their function all the same.
    const kept = Object.entries(resources).filter(
      ([, { Type, DeletionPolicy }]) => DeletionPolicy !== undefined && Type !== 'AWS::Lambda::Version',
    );
    expect(kept.map(([id]) => id)).toEqual(['DataKey', 'MessagesKey', 'Merchants', 'Outcomes']);
    for (const [, { DeletionPolicy, UpdateReplacePolicy, Properties }] of kept) {
      const isProtected = Properties['DeletionProtectionEnabled'] === true;
      expect(DeletionPolicy).toBe(isProtected ? 'Retain' : 'RetainExceptOnCreate');
      expect(UpdateReplacePolicy).toBe('Retain');
    }
  });

  // CloudFormation passes a stack's tags on to what can have some: bus, keys, tables, queues, roles, topic, alarms, logs, …
  it('tags all of itself with service and stage, and with no key twice, for to IAM STAGE and stage are one', async () => {
    const tags = await stackTags();
    expect(tags).toEqual([
      { Key: 'service', Value: SERVICE },
      { Key: 'stage', Value: 'prod' },
    ]);
    const byKey = Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
    for (const { Properties } of Object.values(resources))
      expect([undefined, byKey, tags]).toContainEqual(Properties['Tags']);
  });

  it('lets nobody make the bucket of deployments public', () => {
    expect(ofType(resources, 'AWS::S3::Bucket').map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
    ]);
  });

  it('rotates its keys', () => {
    const keys = ofType(resources, 'AWS::KMS::Key');
    expect(keys).not.toEqual([]);
    for (const [, { Properties }] of keys) expect(Properties['EnableKeyRotation']).toBe(true);
  });

  it('forgets outcomes in time, and merchants never', () => {
    expect(resources['Outcomes']?.Properties['TimeToLiveSpecification']).toEqual({
      AttributeName: 'expiration',
      Enabled: true,
    });
    expect(resources['Merchants']?.Properties).not.toHaveProperty('TimeToLiveSpecification');
  });

  it('refreshes certificates every six hours, as a role that may do nothing else', () => {
    const [[, schedule] = []] = ofType(resources, 'AWS::Scheduler::Schedule');
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: 'rate(6 hours)',
      Target: { RoleArn: arnOf('SchedulerRole') },
    });
  });

  it('works in every partition: no ARN names one', () => {
    expect(JSON.stringify(resources)).not.toMatch(/arn:aws(-cn)?:/);
  });

  it('is within the 500 resources that CloudFormation takes', () => {
    const count = Object.keys(resources).length;
    if (count >= 500) throw new Error(`the template has ${count} resources`);
  });

  it('can be made in some order: everything referred to is there, and nothing goes in a circle', () => {
    const made = new Set<string>();
    let left = Object.keys(resources);
    for (let before = -1; before !== made.size; ) {
      before = made.size;
      const ready = (id: string) => {
        const resource = resources[id];
        return resource !== undefined && neededBy(resource).every((needed) => made.has(needed));
      };
      for (const id of left.filter(ready)) made.add(id);
      left = left.filter((id) => !made.has(id));
    }
    expect(left).toEqual([]);
  });
});
