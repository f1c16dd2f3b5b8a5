import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { MerchantRecord } from '../../lib/merchants/record.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { coldLambda } from '../support/lambda.ts';
import { until } from '../support/protocol.ts';
import { bodyFor, captureLogs, cutOff, expectError, type Logs, loadEndpoints } from '../support/world.ts';

const MCHID = '1900000001';

let stack: Stack;
let etc: Endpoint;
let logs: Logs;
let record: MerchantRecord;

beforeAll(async () => {
  stack = await startStack();
  record = await stack.addMerchant({ mchid: MCHID });
  ({ etc } = await loadEndpoints());
});
afterAll(() => stack.close());
beforeEach(() => {
  stack.clear();
  logs = captureLogs();
});
afterEach(async () => {
  logs.stop();
  stack.kms.clearFaults();
  stack.kms.setPolicy(undefined);
  stack.kms.setKeyState(record.signing_key_arn, 'Enabled');
  await put(record);
});

const put = (item: MerchantRecord) =>
  stack.dynamo.client.send(
    new PutItemCommand({
      TableName: stack.env()['MERCHANTS_TABLE'],
      Item: marshall(item, { removeUndefinedValues: true }),
    }),
  );

const presign = () => coldLambda(etc, stack.env(MCHID)).post(bodyFor(etc));
const signs = () => stack.kms.calls.filter(({ operation }) => operation === 'Sign');

describe('when KMS does not sign, the caller is told to come back and WeChat Pay is left alone', () => {
  type Case = { what: string; arrange: () => unknown; reason: string; retryAfter: string; calls: number };
  const always = { times: Number.POSITIVE_INFINITY };
  const unsignable = (signing_key_arn: string) => put({ ...record, signing_key_arn });
  const cases: Case[] = [
    {
      what: 'it throttles',
      arrange: () => stack.kms.fault('throttled', always),
      reason: 'kms_throttled',
      retryAfter: '2',
      calls: 3,
    },
    {
      what: 'a quota is used up',
      arrange: () => stack.kms.fault('limit-exceeded', always),
      reason: 'kms_throttled',
      retryAfter: '2',
      calls: 3,
    },
    {
      what: 'the key is disabled',
      arrange: () => stack.kms.setKeyState(record.signing_key_arn, 'Disabled'),
      reason: 'kms_disabled',
      retryAfter: '60',
      calls: 1,
    },
    {
      what: 'the key is pending deletion',
      arrange: () => stack.kms.setKeyState(record.signing_key_arn, 'PendingDeletion'),
      reason: 'kms_pending_deletion',
      retryAfter: '60',
      calls: 1,
    },
    {
      what: 'the key waits for its import',
      arrange: () => stack.kms.setKeyState(record.signing_key_arn, 'PendingImport'),
      reason: 'kms_invalid_state',
      retryAfter: '60',
      calls: 1,
    },
    {
      what: 'the role may not sign',
      arrange: () => stack.kms.setPolicy(({ operation }) => operation !== 'Sign'),
      reason: 'kms_access_denied',
      retryAfter: '60',
      calls: 1,
    },
    {
      what: 'the key does not exist',
      arrange: () => unsignable(record.signing_key_arn.replace(/[^/]+$/, crypto.randomUUID())),
      reason: 'kms_key_missing',
      retryAfter: '60',
      calls: 1,
    },
    {
      what: 'the key is for encrypting',
      arrange: () => unsignable(stack.dataKeyArn),
      reason: 'merchant_misconfigured',
      retryAfter: '60',
      calls: 1,
    },
    {
      what: 'another key answers',
      arrange: () => stack.kms.fault('wrong-key', always),
      reason: 'kms_wrong_key',
      retryAfter: '60',
      calls: 1,
    },
    {
      what: 'it fails inside',
      arrange: () => stack.kms.fault('internal', always),
      reason: 'kms_unavailable',
      retryAfter: '5',
      calls: 3,
    },
    {
      what: 'the key is unavailable',
      arrange: () => stack.kms.fault('key-unavailable', always),
      reason: 'kms_unavailable',
      retryAfter: '5',
      calls: 3,
    },
    {
      what: 'it cuts the connection',
      arrange: () => stack.kms.fault('reset', always),
      reason: 'kms_unavailable',
      retryAfter: '5',
      calls: 3,
    },
    {
      what: 'it hangs',
      arrange: () => stack.kms.fault('hang', always),
      reason: 'kms_timeout',
      retryAfter: '2',
      calls: 3,
    },
    {
      what: 'something behind it times out',
      arrange: () => stack.kms.fault('dependency-timeout', always),
      reason: 'kms_timeout',
      retryAfter: '2',
      calls: 3,
    },
  ];
  it.each(cases)('$what', async ({ arrange, reason, retryAfter, calls }) => {
    await arrange();
    const effects = stack.wechatpay.presigns.length;
    const answer = await presign();
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter });
    expect(logs.ends()).toMatchObject([{ reason, status: 503, code: 'SERVICE_UNAVAILABLE' }]);
    expect(signs()).toHaveLength(calls);
    expect(stack.wechatpay.calls).toHaveLength(0);
    expect(stack.wechatpay.presigns).toHaveLength(effects);
    expect(answer.text).not.toMatch(/arn:|kms|key/i);
  });

  it('KMS is gone', async () => {
    const env = { ...stack.env(MCHID), AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:9' };
    const answer = await coldLambda(etc, env).post(bodyFor(etc));
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '5' });
    expect(logs.reason()).toBe('kms_unavailable');
    expect(stack.wechatpay.calls).toHaveLength(0);
  });

  it('it hangs and little time is left: the answer is in time all the same', async () => {
    stack.kms.fault('hang', always);
    const lambda = coldLambda(etc, stack.env(MCHID));
    const answer = await cutOff(1_500, () => lambda.post(bodyFor(etc), { ms: 1_500 }));
    expect([503, 504]).toContain(answer.status);
    // The SDK goes on until the call has timed out, and makes it again. Nobody uses that signature any more.
    stack.kms.clearFaults();
    await until(() => signs().at(-1)?.status === 200);
    expect(stack.wechatpay.calls).toHaveLength(0);
  });
});

describe('when KMS stumbles once, the caller does not notice', () => {
  it.each(['throttled', 'internal', 'key-unavailable', 'reset', 'hang'] as const)('%s', async (fault) => {
    stack.kms.fault(fault);
    const effects = stack.wechatpay.presigns.length;
    const answer = await presign();
    expect(answer.status).toBe(200);
    expect(signs()).toHaveLength(2);
    expect(stack.wechatpay.calls).toHaveLength(1);
    expect(stack.wechatpay.presigns).toHaveLength(effects + 1);
  });
});

describe('what KMS is asked', () => {
  it('is to sign a digest with exactly the key of the record', async () => {
    await presign();
    expect(stack.kms.calls).toMatchObject([
      {
        operation: 'Sign',
        keyId: record.signing_key_arn,
        messageType: 'DIGEST',
        signingAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
        messageBytes: 32,
      },
    ]);
  });

  it('comes to the same process again after KMS has recovered', async () => {
    const lambda = coldLambda(etc, stack.env(MCHID));
    stack.kms.setKeyState(record.signing_key_arn, 'Disabled');
    const during = await lambda.post(bodyFor(etc));
    stack.kms.setKeyState(record.signing_key_arn, 'Enabled');
    const after = await lambda.post(bodyFor(etc));
    expect([during.status, after.status]).toEqual([503, 200]);
  });
});

it('a signature that comes when the time is used up is not sent to WeChat Pay: nobody would hear the answer', async () => {
  // 750 ms of the 2,000 are kept back, so that 1,250 were left; the answer to the caller is due at 1,600.
  stack.kms.fault({ kind: 'latency', ms: 1_400 });
  const answer = await coldLambda(etc, stack.env(MCHID)).post(bodyFor(etc), { ms: 2_000 });
  expectError(answer, { status: 504, code: 'GATEWAY_TIMEOUT' });
  expect(signs()).toHaveLength(1);
  expect(stack.wechatpay.calls).toEqual([]);
});
