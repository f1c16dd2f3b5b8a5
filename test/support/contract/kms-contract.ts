import assert from 'node:assert/strict';
import { DescribeKeyCommand, type KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { importChecks } from './kms-import-checks.ts';
import { keyChecks } from './kms-key-checks.ts';
import { type Check, createWorld, eventually, refused, type World } from './kms-world.ts';

const DAYS = 7;

const schedule = ({ client }: World, KeyId: string, PendingWindowInDays: number) =>
  client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }));

/** Goes on after a failure: a key forgotten here is on somebody's bill. */
const cleanUp = async (world: World): Promise<void> => {
  const outcomes = await Promise.allSettled(
    world.created.map(async ({ Arn }) => {
      await refused(schedule(world, Arn, DAYS - 1), 'ValidationException');
      const { KeyState } = await eventually(() => schedule(world, Arn, DAYS));
      assert.equal(KeyState, 'PendingDeletion');
      await eventually(async () => {
        const { KeyMetadata } = await world.client.send(new DescribeKeyCommand({ KeyId: Arn }));
        assert.equal(KeyMetadata?.KeyState, 'PendingDeletion');
      });
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
};

/**
 * What this project relies on in AWS KMS, to be run in order against any endpoint that claims to be one. Uses
 * nothing but the API, creates three keys at most, and schedules them for deletion in 7 days by the last check,
 * which must therefore run whatever became of the others.
 * @param importSupported false where AWS imports no RSA keys: the China Regions
 */
export const kmsContract = (options: {
  readonly client: KMSClient;
  readonly importSupported: boolean;
}): readonly Check[] => {
  const world = createWorld(options.client);
  return [
    ...keyChecks(world),
    ...importChecks(world, options.importSupported),
    { name: `schedules its keys for deletion in ${DAYS} days`, run: () => cleanUp(world) },
  ];
};
