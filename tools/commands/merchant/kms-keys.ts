import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import {
  CreateKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type KeyMetadata,
  KMSClient,
  ListResourceTagsCommand,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { MCHID_TAG, SERVICE, STAGE_TAG } from '../../../lib/names.ts';
import { describeKey, eventually, type Kms, onceVisible, visibleKey } from './kms-visible.ts';

export type Origin = 'AWS_KMS' | 'EXTERNAL';

/** Whose key it is, and how it came to be. */
export type Purpose = { stage: string; mchid: string; origin: Origin };

/** In which states a key that waits for its certificate can be used. */
export const USABLE: Record<Origin, readonly string[]> = {
  AWS_KMS: ['Enabled'],
  EXTERNAL: ['PendingImport', 'Enabled'],
};

const descriptionOf = ({ stage, mchid }: Purpose): string =>
  `WeChat Pay merchant ${mchid}, signs for ${SERVICE} (${stage})`;

/** KMS cannot be told that two requests are one: repeated after a lost answer, CreateKey makes a second key. */
const withoutRetries = ({ config }: KMSClient): KMSClient => {
  const { region, credentials, requestHandler, endpoint } = config;
  const same = { region, credentials, requestHandler, ...(endpoint === undefined ? {} : { endpoint }) };
  return new KMSClient({ ...same, maxAttempts: 1 });
};

/** @returns the ARN of a new RSA-2048 key that can only sign; without material yet when its origin is EXTERNAL. */
export const createSigningKey = async ({ kms }: Kms, purpose: Purpose): Promise<string> => {
  const command = new CreateKeyCommand({
    KeySpec: 'RSA_2048',
    KeyUsage: 'SIGN_VERIFY',
    Origin: purpose.origin,
    Description: descriptionOf(purpose),
    Tags: [
      { TagKey: STAGE_TAG, TagValue: purpose.stage },
      { TagKey: MCHID_TAG, TagValue: purpose.mchid },
    ],
  });
  const { KeyMetadata } = await withoutRetries(kms).send(command);
  if (KeyMetadata?.Arn === undefined) throw new TypeError('KMS answered without a key');
  return KeyMetadata.Arn;
};

export const tagsOf = async (kms: KMSClient, arn: string): Promise<Map<string, string>> => {
  const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId: arn }));
  return new Map(Tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
};

/** Keys of others may be hidden from whoever looks for an own one. */
const describeIfAllowed = (kms: KMSClient, arn: string): Promise<KeyMetadata | undefined> =>
  describeKey(kms, arn).catch((error: Error) => {
    if (error.name === 'AccessDeniedException') return undefined;
    throw error;
  });

const serves = async ({ kms }: Kms, arn: string, purpose: Purpose): Promise<boolean> => {
  const key = await describeIfAllowed(kms, arn);
  // Tags may be asked for far less often than descriptions, so those come first.
  if (key?.Description !== descriptionOf(purpose) || key.Origin !== purpose.origin) return false;
  if (!USABLE[purpose.origin].includes(key.KeyState ?? '')) return false;
  const tags = await tagsOf(kms, arn);
  return tags.get(STAGE_TAG) === purpose.stage && tags.get(MCHID_TAG) === purpose.mchid;
};

const findOnce = async (access: Kms, purpose: Purpose, known: readonly string[]) => {
  for await (const { Keys = [] } of paginateListKeys({ client: access.kms }, { Limit: 20 })) {
    const arns = Keys.flatMap(({ KeyArn = '' }) => (known.includes(KeyArn) ? [] : [KeyArn]));
    const found = await Promise.all(
      arns.map(async (arn) => ((await serves(access, arn, purpose)) ? [arn] : [])),
    );
    const [first] = found.flat();
    if (first !== undefined) return first;
  }
  return undefined;
};

/** A usable key that was made for this purpose and is none of `known`. */
export const findSigningKey = (access: Kms, purpose: Purpose, known: readonly string[]) =>
  eventually(access.wait, () => findOnce(access, purpose, known));

/** RFC 5649, section 3: the alternative initial value that says the padding is counted. */
const IV = Buffer.from('A65959A6', 'hex');

/**
 * Wraps key material for KMS as RSA_AES_KEY_WRAP_SHA_256: an AES-256 key under RSA-OAEP (SHA-256, MGF1-SHA-256),
 * then the material under that key by AES-KWP. The AES key is wiped; the material is the caller's to wipe.
 * @param wrappingKey SubjectPublicKeyInfo in DER, of GetParametersForImport.
 */
const wrapKey = (material: Buffer, wrappingKey: Uint8Array): Buffer => {
  const aesKey = randomBytes(32);
  try {
    const key = createPublicKey({ key: Buffer.from(wrappingKey), format: 'der', type: 'spki' });
    const oaep = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const cipher = createCipheriv('id-aes256-wrap-pad', aesKey, IV);
    return Buffer.concat([publicEncrypt(oaep, aesKey), cipher.update(material), cipher.final()]);
  } finally {
    aesKey.fill(0);
  }
};

const importOnce = async ({ kms }: Kms, arn: string, material: Buffer) => {
  const { PublicKey, ImportToken } = await kms.send(
    new GetParametersForImportCommand({
      KeyId: arn,
      WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256',
      WrappingKeySpec: 'RSA_4096',
    }),
  );
  if (PublicKey === undefined) throw new TypeError('KMS answered without a wrapping key');
  const command = new ImportKeyMaterialCommand({
    KeyId: arn,
    ImportToken,
    EncryptedKeyMaterial: wrapKey(material, PublicKey),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  });
  return kms.send(command);
};

/** Imports a private key (PKCS#8 in DER; the caller wipes it) for good. */
export const importMaterial = async (access: Kms, arn: string, material: Buffer): Promise<void> => {
  await onceVisible(access, arn, () => importOnce(access, arn, material));
};

/** A key that is gone, or going, stays as it is. */
export const scheduleDeletion = async (access: Kms, arn: string, days: number): Promise<void> => {
  const { KeyState } = (await visibleKey(access, arn)) ?? {};
  if (KeyState === undefined || KeyState === 'PendingDeletion') return;
  const command = new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: days });
  await onceVisible(access, arn, () => access.kms.send(command));
};
