import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import {
  arnOf,
  ofType,
  packaged,
  packagedWithEverything,
  pascal,
  propertiesOf,
  type Resources,
} from '../support/template/packaged.ts';

const [resources, { Resources: atOnce }] = await Promise.all([packaged(), packagedWithEverything()]);
const endpoints = (await endpointsIn()).map(({ name, path }) => ({ name, path, id: pascal(name) }));
const idsOf = (type: string) => ofType(resources, type).map(([id]) => id);
const configurations = (all: Resources) =>
  ofType(all, 'AWS::CodeDeploy::DeploymentGroup').map(
    ([, { Properties }]) => Properties['DeploymentConfigName'],
  );

it('is CodeDeploy’s, with a group and an alias per endpoint', () => {
  const perEndpoint = (kind: string) => endpoints.map(({ id }) => `${id}${kind}`).sort();
  expect(propertiesOf(resources, 'Delivery')['ComputePlatform']).toBe('Lambda');
  expect(idsOf('AWS::CodeDeploy::DeploymentGroup').sort()).toEqual(perEndpoint('DeploymentGroup'));
  expect(idsOf('AWS::Lambda::Alias').sort()).toEqual(perEndpoint('LiveAlias'));
});

it('takes ten minutes, or none', () => {
  expect(new Set(configurations(resources))).toEqual(
    new Set(['CodeDeployDefault.LambdaLinear10PercentEvery1Minute']),
  );
  expect(new Set(configurations(atOnce))).toEqual(new Set(['CodeDeployDefault.LambdaAllAtOnce']));
});

it('asks a Lambda with a role of its own and time to spare', () => {
  expect(propertiesOf(resources, 'PreTrafficCheckLambdaFunction')).toMatchObject({
    Role: arnOf('PreTrafficRole'),
    Timeout: 120,
  });
});

describe.each(endpoints)('$name', ({ id, path }) => {
  const live = { 'Fn::Join': [':', [arnOf(`${id}LambdaFunction`), 'live']] };

  it('gets its traffic version by version, and none before the new one has been tried', () => {
    const [versionId] = ofType(resources, 'AWS::Lambda::Version')
      .filter(([, { Properties }]) => {
        const { Ref } = Properties['FunctionName'] as { Ref: string };
        return Ref === `${id}LambdaFunction`;
      })
      .map(([logicalId]) => logicalId);
    expect(resources[`${id}LiveAlias`]).toEqual({
      Type: 'AWS::Lambda::Alias',
      DependsOn: [`${id}DeploymentGroup`],
      Properties: {
        Name: 'live',
        FunctionName: { Ref: `${id}LambdaFunction` },
        FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] },
      },
      UpdatePolicy: {
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: 'Delivery' },
          DeploymentGroupName: { Ref: `${id}DeploymentGroup` },
          BeforeAllowTrafficHook: { Ref: 'PreTrafficCheckLambdaFunction' },
        },
      },
    });
  });

  it('goes back to the old version when it fails, or trusts WeChat Pay’s answers no more', () => {
    expect(propertiesOf(resources, `${id}DeploymentGroup`)).toMatchObject({
      ApplicationName: { Ref: 'Delivery' },
      ServiceRoleArn: arnOf('DeliveryRole'),
      AlarmConfiguration: {
        Enabled: true,
        Alarms: [{ Name: { Ref: `${id}ErrorsAlarm` } }, { Name: { Ref: `${id}VerificationFailedAlarm` } }],
      },
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
      },
    });
  });

  it('gets a new version although its alarms ring, when whoever deploys what mends it says so', () => {
    const alarms = {
      Alarms: [{ Name: { Ref: `${id}ErrorsAlarm` } }, { Name: { Ref: `${id}VerificationFailedAlarm` } }],
    };
    expect(propertiesOf(atOnce, `${id}DeploymentGroup`)['AlarmConfiguration']).toEqual({
      Enabled: false,
      ...alarms,
    });
  });

  it('is reached by its alias alone, from its route and from its queue', () => {
    const [[, route] = []] = ofType(resources, 'AWS::ApiGatewayV2::Route').filter(
      ([, { Properties }]) => Properties['RouteKey'] === `POST ${path}`,
    );
    const integration = `HttpApiIntegration${id}`;
    expect(route?.Properties['Target']).toEqual({
      'Fn::Join': ['/', ['integrations', { Ref: integration }]],
    });
    expect(propertiesOf(resources, integration)['IntegrationUri']).toEqual(live);
    expect(propertiesOf(resources, `${id}LambdaPermissionHttpApi`)).toMatchObject({
      FunctionName: live,
      Principal: 'apigateway.amazonaws.com',
    });
    const [mapping] = ofType(resources, 'AWS::Lambda::EventSourceMapping')
      .map(([, { Properties }]) => Properties)
      .filter(({ EventSourceArn }) => JSON.stringify(EventSourceArn) === JSON.stringify(arnOf(`${id}Queue`)));
    expect(mapping?.['FunctionName']).toEqual(live);
  });

  it('lets API Gateway and Lambda have the alias before they are led to it', () => {
    const dependent = [`HttpApiIntegration${id}`, `${id}LambdaPermissionHttpApi`];
    for (const resource of dependent)
      expect([resources[resource]?.DependsOn].flat()).toContain(`${id}LiveAlias`);
  });
});
