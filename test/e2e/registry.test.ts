import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { MerchantRecord } from '../../lib/merchants/record.ts';
import type { DynamoFault } from '../aws/dynamodb.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { coldLambda } from '../support/lambda.ts';
import {
  attempts,
  bodyFor,
  captureLogs,
  eventually,
  expectError,
  type Logs,
  loadEndpoints,
} from '../support/world.ts';

const MCHID = '1900000001';
/** Time stands still but for `later`: it must not matter how long the machine takes. */
const BEGUN = Date.now();

let stack: Stack;
let etc: Endpoint;
let logs: Logs;
let record: MerchantRecord;
/** Milliseconds that the Lambda and WeChat Pay think have passed. */
let later = 0;

beforeAll(async () => {
  stack = await startStack({ clock: () => BEGUN + later });
  record = await stack.addMerchant({ mchid: MCHID });
  ({ etc } = await loadEndpoints());
});
afterAll(() => stack.close());
beforeEach(() => {
  later = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => BEGUN + later);
  stack.clear();
  logs = captureLogs();
});
afterEach(() => {
  logs.stop();
  stack.dynamo.clearFaults();
  jest.restoreAllMocks();
});

const put = (item: Record<string, unknown>) =>
  stack.dynamo.client.send(
    new PutItemCommand({
      TableName: stack.env()['MERCHANTS_TABLE'],
      Item: marshall(item, { removeUndefinedValues: true }),
    }),
  );

const down = (fault: DynamoFault) => stack.dynamo.fault(fault, 30);
const reads = () => stack.dynamo.calls.filter((operation) => operation === 'GetItem').length;

describe('DynamoDB at a cold start', () => {
  it.each([
    ['unavailable', 3],
    ['throttled', 3],
    ['denied', 1],
    ['hang', 3],
  ] as const)('%s: the caller is told to come back', async (fault, calls) => {
    down(fault);
    const answer = await coldLambda(etc, stack.env(MCHID)).post(bodyFor(etc));
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '2' });
    expect(logs.ends()).toMatchObject([{ reason: 'registry_unavailable', status: 503 }]);
    expect(reads()).toBe(calls);
    expect(stack.kms.calls).toHaveLength(0);
    expect(stack.wechatpay.calls).toHaveLength(0);
  });

  it.each(['unavailable', 'throttled'] as const)('%s once: nobody notices', async (fault) => {
    stack.dynamo.fault(fault);
    const answer = await coldLambda(etc, stack.env(MCHID)).post(bodyFor(etc));
    expect(answer.status).toBe(200);
    expect(reads()).toBe(2);
  });

  it('a failure is not remembered', async () => {
    const lambda = coldLambda(etc, stack.env(MCHID));
    down('denied');
    const during = await lambda.post(bodyFor(etc));
    stack.dynamo.clearFaults();
    const after = await lambda.post(bodyFor(etc));
    expect([during.status, after.status]).toEqual([503, 200]);
  });

  it('many pre-signs at once read once', async () => {
    const lambda = coldLambda(etc, stack.env(MCHID));
    const answers = await Promise.all(Array.from({ length: 10 }, () => lambda.post(bodyFor(etc))));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(reads()).toBe(1);
  });
});

describe('DynamoDB later', () => {
  it('is not asked while what was read is fresh', async () => {
    const lambda = coldLambda(etc, stack.env(MCHID));
    await lambda.post(bodyFor(etc));
    stack.clear();
    down('unavailable');
    later = 4 * 60_000;
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    expect(stack.dynamo.calls).toHaveLength(0);
  });

  it('down, the pre-signs go on with what is in memory', async () => {
    const lambda = coldLambda(etc, stack.env(MCHID));
    await lambda.post(bodyFor(etc));
    down('denied');
    for (const [index, minutes] of [6, 12, 24 * 60].entries()) {
      later = minutes * 60_000;
      expect((await lambda.post(bodyFor(etc))).status).toBe(200);
      // The look at the registry happens beside the pre-sign and may end after it.
      await eventually(() => logs.refreshFailures().length === index + 1);
    }
    expect(new Set(logs.refreshFailures())).toEqual(new Set(['registry_unavailable']));
    expect(logs.ends().map(({ message }) => message)).toEqual(Array(4).fill('pre-sign succeeded'));
  });

  it('a change is taken over, beside the pre-signs', async () => {
    const mchid = '1900000004';
    const added = await stack.addMerchant({ mchid });
    const lambda = coldLambda(etc, stack.env(mchid));
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    await put({ ...added, signing_key_arn: stack.dataKeyArn, version: 2 });
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
    later = 6 * 60_000;
    stack.clear();
    await lambda.post(bodyFor(etc));
    await eventually(() => reads() === 1);
    await eventually(async () => (await lambda.post(bodyFor(etc))).status === 503);
    expect(logs.reason()).toBe('merchant_misconfigured');
  });
});

describe('who signs', () => {
  it.each(['9999999999', '1'])('an unknown merchant (%s) is not let in', async (mchid) => {
    const lambda = coldLambda(etc, stack.env(MCHID));
    const answer = await lambda.post(bodyFor(etc), { headers: { 'Wechatpay-Mchid': mchid } });
    expectError(answer, { status: 403, code: 'NO_AUTH' });
    expect(answer.text).not.toContain(mchid.length > 1 ? mchid : '"1"');
    expect(logs.ends()).toMatchObject([{ reason: 'merchant_unknown', status: 403 }]);
    expect(stack.kms.calls).toHaveLength(0);
    expect(stack.wechatpay.calls).toHaveLength(0);
  });

  it('no merchant and no default is not let in', async () => {
    const lambda = coldLambda(etc, { ...stack.env(), WECHATPAY_DEFAULT_MCHID: '' });
    expectError(await lambda.post(bodyFor(etc)), { status: 403, code: 'NO_AUTH' });
    expect(stack.dynamo.calls).toHaveLength(0);
  });

  it('without a default, a named merchant is served', async () => {
    const lambda = coldLambda(etc, { ...stack.env(), WECHATPAY_DEFAULT_MCHID: '' });
    const answer = await lambda.post(bodyFor(etc), { headers: { 'Wechatpay-Mchid': MCHID } });
    expect(answer.status).toBe(200);
  });

  it.each(['', ' ', '19000000O1', `1'; --`, '１９００００００００１', '1'.repeat(33), `${MCHID},${MCHID}`])(
    'a merchant number that is none (%j) is an error in the header',
    async (mchid) => {
      const lambda = coldLambda(etc, stack.env(MCHID));
      const answer = await lambda.post(bodyFor(etc), { headers: { 'Wechatpay-Mchid': mchid } });
      expectError(answer, { status: 400, code: 'PARAM_ERROR' });
      expect(answer.json['detail']).toMatchObject({ field: 'Wechatpay-Mchid', location: 'header' });
      expect(stack.dynamo.calls).toHaveLength(0);
    },
  );

  it('an unknown merchant does not become known by asking often, and appears when it is added', async () => {
    const mchid = '1900000005';
    const lambda = coldLambda(etc, stack.env(mchid));
    expect((await lambda.post(bodyFor(etc))).status).toBe(403);
    expect((await lambda.post(bodyFor(etc))).status).toBe(403);
    await stack.addMerchant({ mchid });
    expect((await lambda.post(bodyFor(etc))).status).toBe(200);
  });
});

describe('an item that is not one', () => {
  const broken: [string, (good: MerchantRecord) => Record<string, unknown>][] = [
    ['nothing but its key', ({ mchid }) => ({ mchid })],
    ['no signing key', ({ signing_key_arn: _, ...rest }) => rest],
    ['a key that is no ARN', (good) => ({ ...good, signing_key_arn: 'alias/merchant' })],
    ['a serial in lower case', (good) => ({ ...good, certificate_serial: 'abcdef' })],
    ['a version that is a text', (good) => ({ ...good, version: '1' })],
    [
      'a platform key that is no PEM',
      (good) => ({
        ...good,
        platform_keys: { PUB_KEY_ID_01: { kind: 'PUBLIC_KEY', pem: 'no PEM', fetched_at: '2026-01-01' } },
      }),
    ],
    [
      'a certificate under the serial of another',
      (good) => ({
        ...good,
        platform_keys: Object.fromEntries(
          Object.values(good.platform_keys).map((key) => ['0A'.repeat(20), key]),
        ),
      }),
    ],
  ];
  it.each(broken)('%s', async (_, breakIt) => {
    const mchid = '1900000006';
    await put({ ...breakIt({ ...record, mchid }) });
    const answer = await coldLambda(etc, stack.env(mchid)).post(bodyFor(etc));
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '60' });
    expect(logs.ends()).toMatchObject([{ reason: 'merchant_misconfigured', status: 503 }]);
    expect(attempts(stack)).toHaveLength(0);
  });

  it('becomes usable as soon as it is mended', async () => {
    const mchid = '1900000007';
    const good = await stack.addMerchant({ mchid });
    const lambda = coldLambda(etc, stack.env(mchid));
    await put({ mchid });
    const during = await lambda.post(bodyFor(etc));
    await put(good);
    const after = await lambda.post(bodyFor(etc));
    expect([during.status, after.status]).toEqual([503, 200]);
  });
});

describe('the environment', () => {
  const bad = {
    MERCHANTS_TABLE: '',
    DATA_KEY_ARN: '',
    WECHATPAY_HOSTS: 'ftp://x',
    WECHATPAY_TIMEOUT_MS: '1',
  };

  it('is complained about in the log, every variable at once, and not to the caller', async () => {
    const answer = await coldLambda(etc, { ...stack.env(MCHID), ...bad }).post(bodyFor(etc));
    expectError(answer, { status: 500, code: 'SYSTEM_ERROR' });
    expect(answer.text).not.toMatch(/MERCHANTS|ARN|HOSTS|TIMEOUT/);
    const [end] = logs.ends();
    expect(end).toMatchObject({ reason: 'internal', status: 500 });
    for (const name of Object.keys(bad)) expect(end?.['problem']).toContain(name);
    process.env['WECHATPAY_TIMEOUT_MS'] = '';
  });

  it('still lets a wrong request be told that it is wrong', async () => {
    const answer = await coldLambda(etc, { ...stack.env(MCHID), ...bad }).post({});
    expectError(answer, { status: 400, code: 'PARAM_ERROR' });
    process.env['WECHATPAY_TIMEOUT_MS'] = '';
  });
});
