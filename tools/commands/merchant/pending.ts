import type { KeyMetadata } from '@aws-sdk/client-kms';
import type { MerchantItem } from '../../../lib/merchants/record.ts';
import { Failure } from '../../explain.ts';
import { confirm } from '../../terminal.ts';
import { type Context, itemOf, write } from './context.ts';
import {
  createSigningKey,
  findSigningKey,
  type Origin,
  type Purpose,
  scheduleDeletion,
  USABLE,
} from './kms-keys.ts';
import { visibleKey } from './kms-visible.ts';

const DELETION_DAYS = 30;
/** Nobody has used it, and nobody else knows it. */
const UNUSED_DELETION_DAYS = 7;

type Pending = { arn: string; item: MerchantItem; reused: boolean };

/** Why the pending key is no use for a key of `origin`; undefined when it is. */
const unfit = (key: KeyMetadata | undefined, origin: Origin): string | undefined => {
  if (key === undefined) return 'KMS does not show, because it was deleted or is only minutes old';
  if (key.Origin !== origin)
    return key.Origin === 'EXTERNAL' ? 'was made for an import' : 'was made in KMS by create-key';
  const { KeyState = 'unknown' } = key;
  return USABLE[origin].includes(KeyState) ? undefined : `is in state ${KeyState}`;
};

const keysOf = ({ signing_key_arn, pending_signing_key_arn, previous }: MerchantItem): string[] =>
  [signing_key_arn, pending_signing_key_arn, previous?.signing_key_arn].filter((arn) => arn !== undefined);

/**
 * Says in the registry that a key is being made. Whoever finds that said already comes after a run that was
 * interrupted, or beside one that still works: there may be a key that nobody has recorded.
 */
const announce = async (context: Context, item: MerchantItem): Promise<MerchantItem> => {
  if (item.key_begun_at !== undefined) return item;
  const key_begun_at = new Date(context.now()).toISOString();
  await write(context, item, { key_begun_at });
  return { ...item, key_begun_at, version: item.version + 1 };
};

const isRefusal = (error: unknown): boolean => {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
};

const create = async (context: Context, item: MerchantItem, purpose: Purpose): Promise<string> => {
  try {
    return await createSigningKey(context, purpose);
  } catch (error) {
    // KMS has said that there is no key. After anything else there may be one, which the next run looks for.
    if (isRefusal(error)) await context.registry.update(item, { key_begun_at: undefined }).catch(() => false);
    throw error;
  }
};

/** Another run was faster. Its key stays; ours, which nobody would look for, must not cost money for ever. */
const giveWay = async (context: Context, { mchid }: MerchantItem, arn: string): Promise<MerchantItem> => {
  const current = await itemOf(context, mchid);
  if (keysOf(current).includes(arn)) return current;
  if (current.key_begun_at === undefined)
    await scheduleDeletion(context, arn, UNUSED_DELETION_DAYS).catch(() => {
      throw new Failure(
        `somebody else changed merchant ${mchid} meanwhile, and the key that was made in vain could not be dropped: ` +
          `aws kms schedule-key-deletion --key-id ${arn}`,
      );
    });
  throw new Failure(`somebody else changed merchant ${mchid} meanwhile: run again.`);
};

const record = async (context: Context, item: MerchantItem, arn: string): Promise<MerchantItem> => {
  const changes = { pending_signing_key_arn: arn, key_begun_at: undefined };
  if (await context.registry.update(item, changes)) return { ...item, ...changes, version: item.version + 1 };
  return giveWay(context, item, arn);
};

const makeKey = async (context: Context, item: MerchantItem, origin: Origin): Promise<Pending> => {
  const { stage } = context;
  const purpose = { stage, mchid: item.mchid, origin };
  const begun = item.key_begun_at !== undefined;
  const announced = await announce(context, item);
  const found = begun ? await findSigningKey(context, purpose, keysOf(item)) : undefined;
  const arn = found ?? (await create(context, announced, purpose));
  return { arn, item: await record(context, announced, arn), reused: found !== undefined };
};

/**
 * The key in KMS that waits for its certificate: the one there is, so that a command run again goes on where it
 * was interrupted, or a new one. `unwanted`: why the one there is will not do although its kind and state would.
 */
export const pendingKey = async (
  context: Context,
  item: MerchantItem,
  origin: Origin,
  unwanted?: string,
): Promise<Pending> => {
  const { mchid, pending_signing_key_arn: existing } = item;
  if (existing === undefined) return makeKey(context, item, origin);
  const key = await visibleKey(context, existing);
  const problem = unfit(key, origin) ?? unwanted;
  if (problem === undefined) return { arn: existing, item, reused: true };
  const deletion = key === undefined ? '' : `, and deleted in ${DELETION_DAYS} days`;
  const question = `Merchant ${mchid} has a pending key that ${problem}: ${existing}. It will be replaced${deletion}.`;
  await confirm(context, question);
  // Before the registry forgets it: interrupted in between, the next run finds it on its way out, and replaces it.
  if (key !== undefined) await scheduleDeletion(context, existing, DELETION_DAYS);
  return makeKey(context, item, origin);
};

/** A third pair would make everybody forget the first one's key. */
export const requireRoomForPrevious = ({ mchid, previous }: MerchantItem): void => {
  if (previous === undefined) return;
  throw new Failure(
    `merchant ${mchid} still keeps the pair before the last rotation (certificate ${previous.certificate_serial}): run \`retire ${mchid}\` first.`,
  );
};
