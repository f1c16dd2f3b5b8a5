/** What of the HTTP API depends on parameters: who may call, and where. */

import { notifications } from '../functions/notifications.ts';
import { type Resources, settingsOf, type Variables } from './framework.ts';
import type { Text } from './parameters.ts';

/** For every route but that of notifications. IAM principals with execute-api:Invoke, or whoever has a token of the issuer. */
export const authorizer = async (variables: Pick<Variables, 'resolveVariable'>) => {
  const { jwtIssuer, jwtScopes: scopes } = await settingsOf(variables);
  if (jwtIssuer === '') return { type: 'aws_iam' };
  return scopes === '' ? { name: 'jwt' } : { name: 'jwt', scopes };
};

/** For `provider.httpApi`. */
export const authorizers = async (variables: Variables) => {
  const { jwtIssuer: issuerUrl, jwtAudience: audience } = await settingsOf(variables);
  if (issuerUrl === '') return {};
  return { jwt: { type: 'jwt', identitySource: '$request.header.Authorization', issuerUrl, audience } };
};

/** Whether the API has a domain of its own; the one API Gateway makes up would then be a second way in. */
export const hasDomain = async (variables: Variables) => (await settingsOf(variables)).domainName !== '';

/**
 * A line per request: what was asked of which route, by which IAM principal, and what came of it. No body, query, header
 * or token, for those hold personal data; nor the address, which may be a person's: the caller's identity says who it was.
 */
export const accessLog = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  routeKey: '$context.routeKey',
  status: '$context.status',
  error: '$context.error.responseType',
  latencyMs: '$context.responseLatency',
  integrationStatus: '$context.integrationStatus',
  integrationLatencyMs: '$context.integrationLatency',
  integrationRequestId: '$context.integration.requestId',
  caller: '$context.identity.userArn',
});

const domain = (name: Text, certificateArn: Text): { Resources: Resources; Outputs: object } => ({
  Resources: {
    ApiDomain: {
      Type: 'AWS::ApiGatewayV2::DomainName',
      Properties: {
        DomainName: name,
        DomainNameConfigurations: [
          { CertificateArn: certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
        ],
      },
    },
    ApiDomainMapping: {
      Type: 'AWS::ApiGatewayV2::ApiMapping',
      Properties: {
        ApiId: { Ref: 'HttpApi' },
        DomainName: { Ref: 'ApiDomain' },
        Stage: { Ref: 'HttpApiStage' },
      },
    },
  },
  Outputs: {
    ApiDomainTarget: {
      Description: 'What the DNS record of the domain points to',
      Value: { 'Fn::GetAtt': ['ApiDomain', 'RegionalDomainName'] },
    },
  },
});

/** As the framework calls it, after its path. */
const NOTIFICATIONS_ROUTE = 'HttpApiRoutePostNotificationsMchidVar';

/** For `resources`. */
export const resources = async (variables: Variables) => {
  const settings = await settingsOf(variables);
  const { domainName, certificateArn } = settings;
  // An extension takes the place of the settings the framework makes, so those are said again.
  const limits = (rate: number, burst: number) => ({
    DetailedMetricsEnabled: true,
    ThrottlingRateLimit: rate,
    ThrottlingBurstLimit: burst,
  });
  const Properties = {
    DefaultRouteSettings: limits(settings.throttleRate, settings.throttleBurst),
    RouteSettings: {
      [`POST ${notifications.path}`]: limits(settings.notificationRate, settings.notificationBurst),
    },
  };
  return {
    ...(domainName === '' ? {} : domain(domainName, certificateArn)),
    // A stage cannot have settings for a route that is not there yet.
    extensions: { HttpApiStage: { DependsOn: [NOTIFICATIONS_ROUTE], Properties } },
  };
};
