import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractEndpointFilesIn, endpointFilesIn, exampleOf } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { type BundleProcess, type Bundles, startBundle } from '../support/bundles.ts';
import { startCodeDeploy } from '../support/code-deploy.ts';
import { payload2 } from '../support/events.ts';
import { packagedBundles } from '../support/template/packaged.ts';
import { named } from '../support/world.ts';

const MCHID = '1900000001';
const COUNTING_CRYPTO = fileURLToPath(new URL('../support/counting-crypto.mjs', import.meta.url));
const [files, contractFiles] = await Promise.all([endpointFilesIn(), contractEndpointFilesIn()]);
const endpoints = files.map(({ endpoint }) => endpoint);
const etc = named(endpoints, 'vehicleEtcPreopen');

let stack: Stack;
let bundles: Bundles;
beforeAll(async () => {
  [stack, bundles] = await Promise.all([startStack(), packagedBundles()]);
  await stack.addMerchant({ mchid: MCHID });
});
afterAll(async () => {
  await stack?.close();
});

const presign = async (lambda: BundleProcess, { path, request }: Endpoint, changes: object = {}) => {
  const body = JSON.stringify({ ...(exampleOf(request) as object), ...changes });
  return lambda.invoke(payload2({ path, body, headers: { 'content-type': 'application/json' } }));
};

describe.each(files)('the bundle of $file', ({ file, endpoint }) => {
  it('pre-signs in a process that has nothing but the environment', async () => {
    const lambda = await startBundle(bundles.file(file), stack.env(MCHID));
    expect(await presign(lambda, endpoint)).toMatchObject({ statusCode: 200 });
    await lambda.close();
  });

  it('has neither a tool, another endpoint nor the SDK’s credential chain in it', async () => {
    const code = await bundles.code(file);
    const others = endpoints.filter(({ name }) => name !== endpoint.name);
    // Words that only tools, the sandbox and the SDK's other credential providers use.
    const strangers = [
      'openapi',
      'sandbox',
      'dynalite',
      'sso_start_url',
      // Of the samples in the schemas, and of what the schemas say about themselves.
      '张三',
      '\\u5F20\\u4E09',
      '11010119900307757X',
      '6222021234567890128',
      '13800138000',
      'oUpF8uMuAJO',
      'Number of the identity document',
      // With its quote: one path may begin with another.
      ...others.flatMap(({ path }) => [`"${path}"`, `'${path}'`, `\`${path}\``]),
    ];
    expect(strangers.filter((word) => code.includes(word))).toEqual([]);
  });
});

describe.each(contractFiles)(
  'the bundle of $file',
  ({ file, contractEndpoint: { method, path, parameters } }) => {
    it('asks WeChat Pay in a process that has nothing but the environment', async () => {
      const env = { ...stack.env(MCHID), REFRESH_FUNCTION: 'refresh' };
      const lambda = await startBundle(bundles.file(file), env);
      const query = String(new URLSearchParams(exampleOf(parameters.query) as Record<string, string>));
      const inPath = exampleOf(parameters.path) as Record<string, string>;
      const before = stack.wechatpay.calls.length;
      const { statusCode, headers } = await lambda.invoke(
        payload2({ method, path, inPath, query, body: undefined }),
      );
      // There are no contracts: an empty page, or nothing found.
      expect([200, 404]).toContain(statusCode);
      expect(headers['Request-ID']).toBe(stack.wechatpay.calls.at(before)?.requestId);
      await lambda.close();
    });

    it('has nothing in it that uses queues, buses or APIv3 keys, and no other endpoint', async () => {
      const code = await bundles.code(file);
      const others = contractFiles
        .map(({ contractEndpoint }) => contractEndpoint.path)
        .filter((one) => one !== path);
      const strangers = [
        'AmazonSQS',
        'PutEvents',
        'aes-256-gcm',
        'sso_start_url',
        '藏ZZZZZZ',
        'as WeChat Pay numbers it',
        ...[...others, ...endpoints.map((one) => one.path)].flatMap((one) => [
          `"${one}"`,
          `'${one}'`,
          `\`${one}\``,
        ]),
      ];
      expect(strangers.filter((word) => code.includes(word))).toEqual([]);
    });
  },
);

it('the bundle of the refresh keeps the registry filled, and has neither a route nor a queue in it', async () => {
  const lambda = await startBundle(bundles.file('platform-certificates-refresh'), stack.env(MCHID));
  expect(await lambda.invoke({})).toEqual({ refreshed: [MCHID], skipped: [], failed: [] });
  await lambda.close();
  const code = await bundles.code('platform-certificates-refresh');
  expect(
    ['requestContext', 'Wechatpay-Mchid', '/v3/vehicle', 'AmazonSQS', 'PutEvents'].filter((word) =>
      code.includes(word),
    ),
  ).toEqual([]);
});

it('the bundle of notifications answers a stranger, and has neither a signature, a download nor a sample in it', async () => {
  const env = { ...stack.env(MCHID), REFRESH_FUNCTION: 'refresh' };
  const lambda = await startBundle(bundles.file('notifications'), env);
  const event = payload2({ path: `/notifications/${MCHID}`, body: '{}' });
  expect(await lambda.invoke(event)).toMatchObject({ statusCode: 401 });
  await lambda.close();
  const code = await bundles.code('notifications');
  const strangers = [
    'RSASSA_PKCS1_V1_5_SHA_256',
    '/v3/certificates',
    '/v3/vehicle',
    'AmazonSQS',
    'oUpF8uMuAJO',
    '藏',
  ];
  expect(strangers.filter((word) => code.includes(word))).toEqual([]);
});

it('the bundle of the pre-traffic check signs, and tells CodeDeploy', async () => {
  const codeDeploy = await startCodeDeploy();
  const env = { ...stack.env(MCHID), AWS_ENDPOINT_URL_CODEDEPLOY: codeDeploy.url };
  const lambda = await startBundle(bundles.file('pre-traffic-check'), env);
  expect(await lambda.invoke({ DeploymentId: 'd-1', LifecycleEventHookExecutionId: 'hook-1' })).toBe(
    'Succeeded',
  );
  await lambda.close();
  codeDeploy.close();
  expect(codeDeploy.asked).toEqual([
    expect.objectContaining({ input: expect.objectContaining({ status: 'Succeeded' }) }),
  ]);
});

it('loads without any environment, and says at the first call what is missing', async () => {
  const lambda = await startBundle(bundles.file('vehicle-etc-preopen'), {});
  const answer = await presign(lambda, etc);
  expect(answer).toMatchObject({ statusCode: 500 });
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'SYSTEM_ERROR' });
  expect(lambda.output()).toMatch(
    /"problem":"MERCHANTS_TABLE must be .*; OUTCOMES_TABLE must be .*; DATA_KEY_ARN must be /,
  );
  await lambda.close();
});

it('names a connection that KMS breaks as such (the SDK calls it a time-out, except in jest’s realm)', async () => {
  const lambda = await startBundle(bundles.file('vehicle-etc-preopen'), stack.env(MCHID));
  stack.kms.fault('reset', { times: 9 });
  const answer = await presign(lambda, etc);
  stack.kms.clearFaults();
  expect(answer).toMatchObject({ statusCode: 503 });
  expect(lambda.output()).toContain('"reason":"kms_unavailable"');
  await lambda.close();
});

describe('while it loads', () => {
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('a Lambda reads its default merchant, which the first pre-sign then need not', async () => {
    stack.dynamo.clearCalls();
    const lambda = await startBundle(bundles.file('vehicle-etc-preopen'), stack.env(MCHID));
    await until(() => stack.dynamo.calls.length > 0);
    expect(await presign(lambda, etc)).toMatchObject({ statusCode: 200 });
    expect(stack.dynamo.calls).toEqual(['GetItem']);
    await lambda.close();
  });

  it('a Lambda that cannot read it says nothing; the first pre-sign reads it again', async () => {
    stack.dynamo.clearCalls();
    stack.dynamo.fault('denied');
    const lambda = await startBundle(bundles.file('vehicle-etc-preopen'), stack.env(MCHID));
    expect(await presign(lambda, etc)).toMatchObject({ statusCode: 200 });
    expect(lambda.output()).not.toMatch(/registry_unavailable|Unhandled/);
    await lambda.close();
  });

  it('a Lambda without a default merchant reads nothing', async () => {
    stack.dynamo.clearCalls();
    const lambda = await startBundle(bundles.file('vehicle-etc-preopen'), stack.env());
    expect(await presign(lambda, etc)).toMatchObject({ statusCode: 403 });
    expect(stack.dynamo.calls).toEqual([]);
    await lambda.close();
  });
});

it('reads each PEM once per process, not once per pre-sign', async () => {
  const lambda = await startBundle(bundles.file('vehicle-etc-preopen'), stack.env(MCHID), {
    preload: COUNTING_CRYPTO,
  });
  const reads = (): number => lambda.output().split('pem read by').length - 1;
  await presign(lambda, etc);
  const first = reads();
  // One platform certificate, so one.
  expect(first).toBe(stack.wechatpay.platform.certificates.length);
  for (let i = 0; i < 5; i += 1) expect(await presign(lambda, etc)).toMatchObject({ statusCode: 200 });
  await lambda.close();
  expect(reads()).toBe(first);
});
