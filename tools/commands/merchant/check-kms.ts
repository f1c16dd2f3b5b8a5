import type { MerchantRecord } from '../../../lib/merchants/record.ts';
import { MCHID_TAG, STAGE_TAG } from '../../../lib/names.ts';
import { explain } from '../../explain.ts';
import { type Finding, fail, ok, warn } from './check-finding.ts';
import type { Context } from './context.ts';
import { tagsOf } from './kms-keys.ts';
import { describeKey } from './kms-visible.ts';

const checkKey = async ({ kms }: Context, arn: string): Promise<Finding> => {
  const key = await describeKey(kms, arn);
  if (key === undefined) return fail('key', `the key does not exist: ${arn}`);
  if (key.KeyState === 'PendingDeletion')
    return fail(
      'key',
      'the key is going to be deleted: save it with `aws kms cancel-key-deletion` and `aws kms enable-key`',
    );
  if (key.KeyState !== 'Enabled')
    return fail('key', `the key is in state ${key.KeyState}: enable it with \`aws kms enable-key\``);
  if (key.KeySpec !== 'RSA_2048' || key.KeyUsage !== 'SIGN_VERIFY')
    return fail('key', `the key is ${key.KeySpec} for ${key.KeyUsage}, not RSA_2048 for SIGN_VERIFY`);
  return ok('key', 'the key is enabled, RSA_2048, for signing');
};

const checkTags = async ({ kms, stage }: Context, { mchid, signing_key_arn }: MerchantRecord) => {
  const tags = await tagsOf(kms, signing_key_arn);
  const found = tags.get(STAGE_TAG);
  if (found !== stage) {
    const has = found === undefined ? 'no such tag' : `${STAGE_TAG}=${found}`;
    return fail(
      'tag',
      `Lambdas of this stage may not sign with the key: it needs the tag ${STAGE_TAG}=${stage}, and has ${has}`,
    );
  }
  const owner = tags.get(MCHID_TAG);
  return owner === mchid
    ? ok('tag', `the key is tagged for stage ${stage} and this merchant`)
    : warn('tag', `the key's tag ${MCHID_TAG} is ${owner ?? 'missing'}`);
};

/** Whether the Lambdas of this stage can sign with the merchant's key. */
export const checkKms = async (context: Context, record: MerchantRecord): Promise<Finding[]> => {
  const failed = (check: string) => (error: unknown) => warn(check, `cannot be looked at: ${explain(error)}`);
  const key = await checkKey(context, record.signing_key_arn).catch(failed('key'));
  if (key.level === 'fail') return [key];
  return [key, await checkTags(context, record).catch(failed('tag'))];
};
