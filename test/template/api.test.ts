import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import {
  ofType,
  packaged,
  packagedTemplate,
  propertiesOf,
  type Resources,
} from '../support/template/packaged.ts';

const ISSUER = 'https://issuer.example.com/pool';
const CERTIFICATE = 'arn:aws-cn:acm:cn-north-1:111122223333:certificate/0c6f1f5e';

const [resources, withTokens, withScopes, withDomain] = await Promise.all([
  packaged(),
  packaged({ jwtIssuer: ISSUER, jwtAudience: 'presign, backoffice' }),
  packaged({ jwtIssuer: ISSUER, jwtAudience: 'presign', jwtScopes: 'sign-up,read' }),
  packagedTemplate({
    domainName: 'presign.example.com',
    certificateArn: CERTIFICATE,
    throttleRate: '7',
    throttleBurst: '9',
  }),
]);

const propertiesOfAll = (all: Resources, type: string) =>
  ofType(all, `AWS::ApiGatewayV2::${type}`).map(([, { Properties }]) => Properties);

describe('the routes', () => {
  const pathsOf = (all: Resources) => propertiesOfAll(all, 'Route').map(({ RouteKey }) => RouteKey);

  it('are one per endpoint, and none other', async () => {
    expect(pathsOf(resources).sort()).toEqual((await endpointsIn()).map(({ path }) => `POST ${path}`).sort());
  });

  it('are for IAM principals, unless somebody else is named to vouch for callers', () => {
    for (const route of propertiesOfAll(resources, 'Route'))
      expect(route['AuthorizationType']).toBe('AWS_IAM');
    expect(propertiesOfAll(resources, 'Authorizer')).toEqual([]);
  });

  it('are all for holders of the issuer’s tokens once there is an issuer', () => {
    expect(pathsOf(withTokens)).toEqual(pathsOf(resources));
    for (const route of propertiesOfAll(withTokens, 'Route')) {
      expect(route).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'HttpApiAuthorizerJwt' },
      });
      expect(route).not.toHaveProperty('AuthorizationScopes');
    }
    expect(propertiesOf(withTokens, 'HttpApiAuthorizerJwt')).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: ISSUER, Audience: ['presign', 'backoffice'] },
    });
  });

  it('may ask the tokens for a scope', () => {
    for (const route of propertiesOfAll(withScopes, 'Route'))
      expect(route['AuthorizationScopes']).toEqual(['sign-up', 'read']);
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
    expect(settings(withDomain.Resources)).toEqual({
      DetailedMetricsEnabled: true,
      ThrottlingRateLimit: 7,
      ThrottlingBurstLimit: 9,
    });
  });

  it('logs each request in a group that ends, with nothing of what was sent and no address', () => {
    expect(propertiesOf(resources, 'HttpApiLogGroup')).toEqual({
      LogGroupName: '/aws/http-api/wechatpay-presign-prod',
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
    expect(propertiesOf(withDomain.Resources, 'HttpApi')['DisableExecuteApiEndpoint']).toBe(true);
    expect(propertiesOfAll(withDomain.Resources, 'DomainName')).toEqual([
      {
        DomainName: 'presign.example.com',
        DomainNameConfigurations: [
          { CertificateArn: CERTIFICATE, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
        ],
      },
    ]);
    expect(propertiesOfAll(withDomain.Resources, 'ApiMapping')).toEqual([
      { ApiId: { Ref: 'HttpApi' }, DomainName: { Ref: 'ApiDomain' }, Stage: { Ref: 'HttpApiStage' } },
    ]);
    expect(withDomain.Outputs['ApiDomainTarget']).toMatchObject({
      Value: { 'Fn::GetAtt': ['ApiDomain', 'RegionalDomainName'] },
    });
  });
});
