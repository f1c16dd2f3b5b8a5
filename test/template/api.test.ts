import { describe, expect, it } from '@jest/globals';
import { notifications } from '../../functions/notifications.ts';
import { contractEndpointsIn, endpointsIn } from '../../lib/documents/endpoints.ts';
import { prefixOf } from '../../lib/names.ts';
import { authorizer } from '../../stack/api.ts';
import {
  EVERYTHING,
  ofType,
  packaged,
  packagedWithEverything,
  propertiesOf,
  type Resources,
} from '../support/template/packaged.ts';

const [resources, everything] = await Promise.all([packaged(), packagedWithEverything()]);
const { Resources: withTokens } = everything;

const propertiesOfAll = (all: Resources, type: string) =>
  ofType(all, `AWS::ApiGatewayV2::${type}`).map(([, { Properties }]) => Properties);

describe('the routes', () => {
  const OPEN = `POST ${notifications.path}`;
  const pathsOf = (all: Resources) => propertiesOfAll(all, 'Route').map(({ RouteKey }) => RouteKey);
  const closed = (all: Resources) =>
    propertiesOfAll(all, 'Route').filter(({ RouteKey }) => RouteKey !== OPEN);

  it('are one per endpoint and that of notifications, and none other', async () => {
    const routes = [
      ...(await endpointsIn()).map(({ path }) => `POST ${path}`),
      ...(await contractEndpointsIn()).map(({ method, path }) => `${method} ${path}`),
    ];
    expect(pathsOf(resources).sort()).toEqual([...routes, OPEN].sort());
  });

  it('are open for notifications alone, which WeChat Pay signs', () => {
    for (const all of [resources, withTokens]) {
      const open = propertiesOfAll(all, 'Route').filter(
        ({ AuthorizationType = 'NONE' }) => AuthorizationType === 'NONE',
      );
      expect(open.map(({ RouteKey }) => RouteKey)).toEqual([OPEN]);
    }
  });

  it('are for IAM principals, unless somebody else is named to vouch for callers', () => {
    for (const route of closed(resources)) expect(route['AuthorizationType']).toBe('AWS_IAM');
    expect(propertiesOfAll(resources, 'Authorizer')).toEqual([]);
  });

  it('are all for holders of the issuer’s tokens once there is an issuer', () => {
    expect(pathsOf(withTokens)).toEqual(pathsOf(resources));
    for (const route of closed(withTokens)) {
      expect(route).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'HttpApiAuthorizerJwt' },
      });
    }
    expect(propertiesOf(withTokens, 'HttpApiAuthorizerJwt')).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: EVERYTHING.jwtIssuer, Audience: ['presign', 'backoffice'] },
    });
  });

  it('may ask the tokens for a scope, and ask for none by default', async () => {
    for (const route of closed(withTokens))
      expect(route['AuthorizationScopes']).toEqual(['pre-sign', 'read']);
    const given = { jwtIssuer: EVERYTHING.jwtIssuer, jwtScopes: '' };
    expect(await authorizer({ resolveVariable: async () => given })).not.toHaveProperty('scopes');
  });
});

describe('the stage', () => {
  const settings = (all: Resources) => propertiesOf(all, 'HttpApiStage')['DefaultRouteSettings'];

  it('limits what callers may ask of each route, and measures every route', () => {
    expect(settings(resources)).toEqual({
      DetailedMetricsEnabled: true,
      ThrottlingRateLimit: 100,
      ThrottlingBurstLimit: 200,
    });
    expect(settings(everything.Resources)).toEqual({
      DetailedMetricsEnabled: true,
      ThrottlingRateLimit: 7,
      ThrottlingBurstLimit: 9,
    });
  });

  it('limits the route of notifications by itself, once there is such a route', () => {
    const routes = (all: Resources) => propertiesOf(all, 'HttpApiStage')['RouteSettings'];
    const limits = (ThrottlingRateLimit: number, ThrottlingBurstLimit: number) => ({
      'POST /notifications/{mchid}': {
        DetailedMetricsEnabled: true,
        ThrottlingRateLimit,
        ThrottlingBurstLimit,
      },
    });
    expect(routes(resources)).toEqual(limits(50, 100));
    expect(routes(everything.Resources)).toEqual(limits(3, 5));
    const before = (resources['HttpApiStage']?.DependsOn ?? []).map(
      (id) => propertiesOf(resources, id)['RouteKey'],
    );
    expect(before).toContain('POST /notifications/{mchid}');
  });

  it('logs each request in a group that ends, with nothing of what was sent and no address', () => {
    expect(propertiesOf(resources, 'HttpApiLogGroup')).toEqual({
      LogGroupName: `/aws/http-api/${prefixOf('prod')}`,
      RetentionInDays: 365,
    });
    const log = propertiesOf(resources, 'HttpApiStage')['AccessLogSettings'] as { Format: string };
    expect(log).toMatchObject({ DestinationArn: { 'Fn::GetAtt': ['HttpApiLogGroup', 'Arn'] } });
    expect(log.Format).not.toContain('\n');
    expect(Object.values(JSON.parse(log.Format) as object).sort()).toEqual([
      '$context.error.responseType',
      '$context.identity.userArn',
      '$context.integration.requestId',
      '$context.integrationLatency',
      '$context.integrationStatus',
      '$context.requestId',
      '$context.requestTime',
      '$context.responseLatency',
      '$context.routeKey',
      '$context.status',
    ]);
  });
});

it('is closed to pages of other origins', () => {
  expect(propertiesOf(resources, 'HttpApi')).not.toHaveProperty('CorsConfiguration');
});

describe('the domain', () => {
  it('is API Gateway’s own by default', () => {
    expect(propertiesOf(resources, 'HttpApi')['DisableExecuteApiEndpoint']).toBe(false);
    expect([
      ...propertiesOfAll(resources, 'DomainName'),
      ...propertiesOfAll(resources, 'ApiMapping'),
    ]).toEqual([]);
  });

  it('may be one’s own, and is then the only one', () => {
    expect(propertiesOf(everything.Resources, 'HttpApi')['DisableExecuteApiEndpoint']).toBe(true);
    expect(propertiesOfAll(everything.Resources, 'DomainName')).toEqual([
      {
        DomainName: EVERYTHING.domainName,
        DomainNameConfigurations: [
          { CertificateArn: EVERYTHING.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
        ],
      },
    ]);
    expect(propertiesOfAll(everything.Resources, 'ApiMapping')).toEqual([
      { ApiId: { Ref: 'HttpApi' }, DomainName: { Ref: 'ApiDomain' }, Stage: { Ref: 'HttpApiStage' } },
    ]);
    expect(everything.Outputs['ApiDomainTarget']).toMatchObject({
      Value: { 'Fn::GetAtt': ['ApiDomain', 'RegionalDomainName'] },
    });
  });
});
