import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type KeyMetadata,
  type KMSClient,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { wrapKey } from './wrap.ts';

export type Origin = 'AWS_KMS' | 'EXTERNAL';

/** The tag by which Lambdas of a stage are allowed to sign with a key. */
export const STAGE_TAG = 'wechatpay-presign';
export const MCHID_TAG = 'mchid';

const DELAYS_MS = [250, 500, 1_000, 2_000, 4_000];
const NOT_YET = new Set(['NotFoundException', 'KMSInvalidStateException']);

const nameOf = (error: unknown): string => {
  const { name, cause } = error as { name?: string; cause?: { name?: string } };
  return cause?.name ?? name ?? '';
};

/** KMS shows what was just made a few seconds later. */
export const onceSettled = async <T>(work: () => Promise<T>): Promise<T> => {
  for (const delay of DELAYS_MS) {
    try {
      return await work();
    } catch (error) {
      if (!NOT_YET.has(nameOf(error))) throw error;
      await wait(delay);
    }
  }
  return work();
};

/** @returns the ARN of a new RSA-2048 key that can only sign; without material yet when its origin is EXTERNAL. */
export const createSigningKey = async (
  kms: KMSClient,
  { stage, mchid, origin }: { stage: string; mchid: string; origin: Origin },
): Promise<string> => {
  const command = new CreateKeyCommand({
    KeySpec: 'RSA_2048',
    KeyUsage: 'SIGN_VERIFY',
    Origin: origin,
    Description: `WeChat Pay merchant ${mchid}, signs for wechatpay-presign (${stage})`,
    Tags: [
      { TagKey: STAGE_TAG, TagValue: stage },
      { TagKey: MCHID_TAG, TagValue: mchid },
    ],
  });
  const { KeyMetadata } = await kms.send(command);
  if (KeyMetadata?.Arn === undefined) throw new TypeError('KMS answered without a key');
  return KeyMetadata.Arn;
};

/** `undefined` for a key that does not exist. */
export const describeKey = async (kms: KMSClient, arn: string): Promise<KeyMetadata | undefined> => {
  try {
    return (await kms.send(new DescribeKeyCommand({ KeyId: arn }))).KeyMetadata;
  } catch (error) {
    if (nameOf(error) === 'NotFoundException') return undefined;
    throw error;
  }
};

export const tagsOf = async (kms: KMSClient, arn: string): Promise<Map<string, string>> => {
  const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId: arn }));
  return new Map(Tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
};

/** Imports a private key (PKCS#8 in DER; the caller wipes it) for good. */
export const importMaterial = async (kms: KMSClient, arn: string, material: Buffer): Promise<void> => {
  const { PublicKey, ImportToken } = await onceSettled(() =>
    kms.send(
      new GetParametersForImportCommand({
        KeyId: arn,
        WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256',
        WrappingKeySpec: 'RSA_4096',
      }),
    ),
  );
  if (PublicKey === undefined) throw new TypeError('KMS answered without a wrapping key');
  await kms.send(
    new ImportKeyMaterialCommand({
      KeyId: arn,
      ImportToken,
      EncryptedKeyMaterial: wrapKey(material, PublicKey),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    }),
  );
};

/** A key that is gone, or going, stays as it is. */
export const scheduleDeletion = async (kms: KMSClient, arn: string, days: number): Promise<void> => {
  const { KeyState } = (await describeKey(kms, arn)) ?? {};
  if (KeyState === undefined || KeyState === 'PendingDeletion') return;
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: days }));
};
