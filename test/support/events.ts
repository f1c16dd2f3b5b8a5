import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, Context } from 'aws-lambda';

/**
 * What a caller sends. `body`: a string is sent as it is, bytes as base64, `undefined` as no body at all. `query` as it is
 * sent, without its `?`. `inPath`: what API Gateway finds in the path where its route, `path`, has `{name}`.
 */
export type Request = {
  method?: string;
  path: string;
  inPath?: Record<string, string>;
  query?: string;
  body: string | Buffer | undefined;
  headers?: Record<string, string>;
};
export type PayloadFormat = '1.0' | '2.0';

const bodyOf = (body: Request['body']): { body?: string; isBase64Encoded: boolean } => {
  if (body === undefined) return { isBase64Encoded: false };
  return typeof body === 'string'
    ? { body, isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
};

/** As an HTTP API sends it: header names in lower case, an absent body left out. */
export const payload2 = ({
  method = 'POST',
  path,
  inPath,
  query = '',
  body,
  headers = {},
}: Request): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: `${method} ${path}`,
  rawPath: path,
  rawQueryString: query,
  ...(inPath === undefined ? {} : { pathParameters: inPath }),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  requestContext: {
    accountId: '111122223333',
    apiId: 'api',
    domainName: 'api.execute-api.cn-north-1.amazonaws.com.cn',
    domainPrefix: 'api',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
    requestId: 'gateway-request',
    routeKey: `${method} ${path}`,
    stage: '$default',
    time: '21/Nov/2026:00:00:00 +0000',
    timeEpoch: 1795219200000,
  },
  ...bodyOf(body),
});

/** Every value of each name, decoded. */
const multiValues = (query: string): Record<string, string[]> | null => {
  const pairs = new URLSearchParams(query);
  return pairs.size === 0
    ? null
    : Object.fromEntries([...pairs.keys()].map((name) => [name, pairs.getAll(name)]));
};

/** As a REST API sends it: header names as they came, an absent body as null, the query decoded. */
export const payload1 = ({
  method = 'POST',
  path,
  inPath,
  query = '',
  body,
  headers = {},
}: Request): APIGatewayProxyEvent => ({
  resource: path,
  path,
  httpMethod: method,
  headers,
  multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  queryStringParameters: query === '' ? null : Object.fromEntries(new URLSearchParams(query)),
  multiValueQueryStringParameters: multiValues(query),
  pathParameters: inPath ?? null,
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
