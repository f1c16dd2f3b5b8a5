import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, Context } from 'aws-lambda';

/** What a caller sends. `body`: a string is sent as it is, bytes as base64, `undefined` as no body at all. */
export type Request = { path: string; body: string | Buffer | undefined; headers?: Record<string, string> };
export type PayloadFormat = '1.0' | '2.0';

const bodyOf = (body: Request['body']): { body?: string; isBase64Encoded: boolean } => {
  if (body === undefined) return { isBase64Encoded: false };
  return typeof body === 'string'
    ? { body, isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
};

/** As an HTTP API sends it: header names in lower case, an absent body left out. */
export const payload2 = ({ path, body, headers = {} }: Request): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: `POST ${path}`,
  rawPath: path,
  rawQueryString: '',
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  requestContext: {
    accountId: '111122223333',
    apiId: 'api',
    domainName: 'api.execute-api.cn-north-1.amazonaws.com.cn',
    domainPrefix: 'api',
    http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
    requestId: 'gateway-request',
    routeKey: `POST ${path}`,
    stage: '$default',
    time: '21/Nov/2026:00:00:00 +0000',
    timeEpoch: 1795219200000,
  },
  ...bodyOf(body),
});

/** As a REST API sends it: header names as they came, an absent body as null. */
export const payload1 = ({ path, body, headers = {} }: Request): APIGatewayProxyEvent => ({
  resource: path,
  path,
  httpMethod: 'POST',
  headers,
  multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  stageVariables: null,
  requestContext: {} as APIGatewayProxyEvent['requestContext'],
  ...{ body: null, ...bodyOf(body) },
});

/** A context whose time runs out `ms` from now, as Lambda's does. */
export const contextFor = (ms = 20_000): Context => {
  const end = performance.now() + ms;
  return {
    awsRequestId: '00000000-0000-4000-8000-000000000001',
    functionName: 'under-test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws-cn:lambda:cn-north-1:111122223333:function:under-test',
    memoryLimitInMB: '512',
    logGroupName: '/aws/lambda/under-test',
    logStreamName: 'stream',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
};
