import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPreTrafficHandler } from '../../../lib/compose/pre-traffic.ts';
import { type Stack, startStack } from '../../aws/stack.ts';
import { type CodeDeploy, startCodeDeploy } from '../../support/code-deploy.ts';
import { captureLogs, type Logs } from '../../support/world.ts';

const HOOK = { DeploymentId: 'd-1', LifecycleEventHookExecutionId: 'hook-1' };

let stack: Stack;
let codeDeploy: CodeDeploy;
let logs: Logs;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  before = { ...process.env };
  [stack, codeDeploy] = await Promise.all([startStack(), startCodeDeploy()]);
  logs = captureLogs();
});
afterEach(async () => {
  logs.stop();
  process.env = before;
  codeDeploy.close();
  await stack.close();
});

const check = (mchid?: string, changes: Record<string, string> = {}): Promise<string> => {
  const env = { ...stack.env(mchid), AWS_ENDPOINT_URL_CODEDEPLOY: codeDeploy.url, ...changes };
  Object.assign(process.env, { WECHATPAY_DEFAULT_MCHID: '' }, env);
  return createPreTrafficHandler('preTrafficCheck')(HOOK);
};
const told = () => codeDeploy.asked;
const answer = (status: string) => [
  {
    operation: 'PutLifecycleEventHookExecutionStatus',
    input: { deploymentId: 'd-1', lifecycleEventHookExecutionId: 'hook-1', status },
  },
];
const operations = () => stack.kms.calls.map(({ operation }) => operation).sort();
const addMerchants = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await stack.addMerchant({ mchid: `190000000${n}`, mode: 'public-key' });
};

describe('the pre-traffic check lets traffic come', () => {
  it('when the default merchant’s signature verifies, and asks nothing of WeChat Pay', async () => {
    await addMerchants(2);
    stack.clear();
    await check('1900000001');
    expect(told()).toEqual(answer('Succeeded'));
    expect(operations()).toEqual(['GetPublicKey', 'Sign']);
    expect(stack.wechatpay.calls).toEqual([]);
    expect(logs.lines).toContainEqual(
      expect.objectContaining({ level: 'INFO', message: 'pre-traffic check passed', merchants: 1 }),
    );
  });

  it('when nobody is the default, and ten merchants’ signatures verify', async () => {
    await stack.registry.create({ mchid: '1', platform_keys: {}, version: 1 });
    await addMerchants(9);
    await stack.addMerchant({ mchid: '1900000009', mode: 'public-key' });
    await stack.addMerchant({ mchid: '1900000010', mode: 'public-key' });
    stack.clear();
    await check();
    expect(told()).toEqual(answer('Succeeded'));
    expect(operations().filter((operation) => operation === 'Sign')).toHaveLength(10);
  });

  it.each([[undefined], ['1900000001']])(
    'when no merchant has been set up yet (default: %s)',
    async (mchid) => {
      await check(mchid);
      expect(told()).toEqual(answer('Succeeded'));
      expect(logs.lines).toContainEqual(
        expect.objectContaining({ message: 'pre-traffic check passed', merchants: 0 }),
      );
    },
  );
});

describe('the pre-traffic check keeps traffic away, and says why', () => {
  const refused = (fields: Record<string, unknown>) => {
    expect(told()).toEqual(answer('Failed'));
    expect(logs.lines).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: 'pre-traffic check failed', ...fields }),
    );
  };
  const cases: [what: string, arrange: (keyArn: string) => void, reason: string][] = [
    [
      'KMS may not sign',
      () => stack.kms.setPolicy(({ operation }) => operation !== 'Sign'),
      'kms_access_denied',
    ],
    [
      'KMS may not show the public key',
      () => stack.kms.setPolicy(({ operation }) => operation !== 'GetPublicKey'),
      'kms_access_denied',
    ],
    ['the key is disabled', (arn) => stack.kms.setKeyState(arn, 'Disabled'), 'kms_disabled'],
    ['the signature does not verify', () => stack.kms.fault('bad-signature'), 'kms_wrong_key'],
    ['another key signs', () => stack.kms.fault('wrong-key', { times: 9 }), 'kms_wrong_key'],
    ['the registry cannot be read', () => stack.dynamo.fault('denied', 9), 'registry_unavailable'],
  ];

  it.each(cases)('when %s', async (_, arrange, reason) => {
    const { signing_key_arn } = await stack.addMerchant({ mchid: '1900000001' });
    arrange(signing_key_arn);
    await check('1900000001');
    refused({ reason });
  });

  it('when one of several merchants cannot sign, which it names', async () => {
    await addMerchants(3);
    const { signing_key_arn } = await stack.addMerchant({ mchid: '1900000007' });
    stack.kms.setKeyState(signing_key_arn, 'PendingDeletion');
    await check();
    refused({ reason: 'kms_pending_deletion', mchid: '1900000007' });
  });

  it('when the default merchant is none of those set up', async () => {
    await addMerchants(1);
    await check('1900000001');
    refused({ reason: 'merchant_unknown' });
  });

  it('when the environment is bad', async () => {
    await check('1900000001', { WECHATPAY_TIMEOUT_MS: '1', DATA_KEY_ARN: '' });
    refused({
      reason: 'internal',
      cause: 'ConfigError',
      problem: expect.stringMatching(/WECHATPAY_TIMEOUT_MS.*DATA_KEY_ARN/),
    });
  });
});

it('fails as a Lambda when CodeDeploy does not take the answer', async () => {
  codeDeploy.answerWith(400);
  await expect(check()).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
});
