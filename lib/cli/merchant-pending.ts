import type { KeyMetadata } from '@aws-sdk/client-kms';
import type { MerchantItem } from '../merchants/record.ts';
import { Failure } from './failure.ts';
import { createSigningKey, describeKey, type Origin, scheduleDeletion } from './kms-keys.ts';
import { type Context, write } from './merchant-context.ts';
import { confirm } from './prompt.ts';

const DELETION_DAYS = 30;
/** Nobody has used it, and nobody else knows it. */
const UNUSED_DELETION_DAYS = 7;

export type Pending = { arn: string; item: MerchantItem; reused: boolean };

const USABLE: Record<Origin, readonly string[]> = {
  AWS_KMS: ['Enabled'],
  EXTERNAL: ['PendingImport', 'Enabled'],
};

/** Why the pending key is no use for a key of `origin`; undefined when it is. */
const unfit = (key: KeyMetadata | undefined, origin: Origin): string | undefined => {
  if (key === undefined) return 'does not exist any more';
  if (key.Origin !== origin)
    return key.Origin === 'EXTERNAL' ? 'was made for an import' : 'was made in KMS by create-key';
  const { KeyState = 'unknown' } = key;
  return USABLE[origin].includes(KeyState) ? undefined : `is in state ${KeyState}`;
};

/** A key that never got into the registry would cost money for ever and be found by nobody. */
const recordOrDrop = async (context: Context, item: MerchantItem, arn: string): Promise<MerchantItem> => {
  try {
    await write(context, item, { pending_signing_key_arn: arn });
  } catch (error) {
    await scheduleDeletion(context.kms, arn, UNUSED_DELETION_DAYS).catch(() => undefined);
    throw error;
  }
  return { ...item, pending_signing_key_arn: arn, version: item.version + 1 };
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
  const { kms, stage, terminal, yes } = context;
  const { mchid, pending_signing_key_arn: existing } = item;
  if (existing !== undefined) {
    const problem = unfit(await describeKey(kms, existing), origin) ?? unwanted;
    if (problem === undefined) return { arn: existing, item, reused: true };
    const question = `Merchant ${mchid} has a pending key that ${problem}: ${existing}\nIt will be replaced, and deleted in ${DELETION_DAYS} days.`;
    await confirm(terminal, question, yes);
  }
  const arn = await createSigningKey(kms, { stage, mchid, origin });
  const next = await recordOrDrop(context, item, arn);
  if (existing !== undefined) await scheduleDeletion(kms, existing, DELETION_DAYS);
  return { arn, item: next, reused: false };
};

/** A third pair would make everybody forget the first one's key. */
export const requireRoomForPrevious = ({ mchid, previous }: MerchantItem): void => {
  if (previous === undefined) return;
  throw new Failure(
    `merchant ${mchid} still keeps the pair before the last rotation (certificate ${previous.certificate_serial}): run \`retire ${mchid}\` first.`,
  );
};
