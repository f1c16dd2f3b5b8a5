import type { KMSClient } from '@aws-sdk/client-kms';
import type { MerchantChanges, MerchantItem } from '../../../lib/merchants/record.ts';
import type { Registry } from '../../../lib/merchants/registry.ts';
import type { Env, Place } from '../../aws.ts';
import type { Command } from '../../command.ts';
import { Failure } from '../../explain.ts';
import type { Asking } from '../../terminal.ts';

/** What every command works with. */
export type Context = Asking & {
  kms: KMSClient;
  registry: Registry;
  stage: string;
  /** ARN or alias of the key that protects APIv3 keys. */
  dataKey: string;
  region: string;
  place: Place;
  now: () => number;
  wait: (ms: number) => Promise<unknown>;
  env: Env;
};
export type MerchantCommand = Command<Context>;

/** A command as it is to be typed next: for the same stage. */
export const forStage = ({ stage }: Pick<Context, 'stage'>, command: string): string =>
  `${command} --stage ${stage}`;

/** @throws Failure for a merchant that nobody added. */
export const itemOf = async ({ registry, stage }: Context, mchid: string): Promise<MerchantItem> => {
  const item = await registry.readItem(mchid);
  if (item !== undefined) return item;
  throw new Failure(
    `merchant ${mchid} is not in the registry of stage ${stage}: run \`${forStage({ stage }, `add ${mchid}`)}\` first, or check --stage.`,
  );
};

/** One conditional write. @throws Failure when somebody else has written since `seen` was read. */
export const write = async (
  { registry }: Context,
  seen: MerchantItem,
  changes: MerchantChanges,
): Promise<void> => {
  if (await registry.update(seen, changes)) return;
  throw new Failure(
    `somebody else changed merchant ${seen.mchid} meanwhile; nothing was written. Run again.`,
  );
};
