import { type KeyObject, verify } from 'node:crypto';
import { DescribeKeyCommand, type KeyMetadata, type KMSClient } from '@aws-sdk/client-kms';
import { isPendingDeletion, KMS_ERRORS } from '../../../lib/merchants/kms-faults.ts';
import { createKmsSigner } from '../../../lib/merchants/kms-signer.ts';
import { Failure } from '../../explain.ts';

/** Waits so many milliseconds. */
type Wait = (ms: number) => Promise<unknown>;
export type Kms = { kms: KMSClient; wait: Wait };

/** 24 seconds in all. AWS: mostly a few seconds, sometimes minutes ("AWS KMS eventual consistency", developer guide). */
const DELAYS_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000];

const errorIn = (error: unknown): { name?: string; message?: string } => {
  const { cause } = error as { cause?: { name?: string; message?: string } };
  return cause ?? (error as Error);
};

type Early = (error: unknown) => boolean;

const isMissing: Early = (error) => errorIn(error).name === KMS_ERRORS.missing;

/** A key that was made a moment ago is missing; one whose material was imported a moment ago is in its old state. */
const isUnsettled: Early = (error) => {
  const thrown = errorIn(error);
  return isMissing(error) || (thrown.name === KMS_ERRORS.invalidState && !isPendingDeletion(thrown));
};

/** Looks again while there is nothing to be seen: KMS shows what was just made a little later. */
export const eventually = async <T>(
  wait: Wait,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> => {
  for (const delay of DELAYS_MS) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(delay);
  }
  return look();
};

export const notVisible = (arn: string): Failure =>
  new Failure(
    `KMS does not show the key ${arn}, or not in the state it should be in. What was made or imported minutes ago may ` +
      'not be visible yet: wait, and run again. An older key was deleted, or is in another account or region: check ' +
      '--stage, --region and --profile.',
  );

/** Works with a key that KMS may not show yet. @throws Failure when it still does not after a while. */
export const onceVisible = async <T extends object>(
  { wait }: Kms,
  arn: string,
  work: () => Promise<T>,
  early: Early = isMissing,
): Promise<T> => {
  const done = await eventually(wait, () =>
    work().catch((error: unknown) => {
      if (early(error)) return undefined;
      throw error;
    }),
  );
  if (done === undefined) throw notVisible(arn);
  return done;
};

/** `undefined` for a key that KMS does not show: it does not exist, or not yet. */
export const describeKey = async (kms: KMSClient, arn: string): Promise<KeyMetadata | undefined> => {
  try {
    return (await kms.send(new DescribeKeyCommand({ KeyId: arn }))).KeyMetadata;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** `undefined` for a key that KMS does not show in a while. */
export const visibleKey = ({ kms, wait }: Kms, arn: string): Promise<KeyMetadata | undefined> =>
  eventually(wait, () => describeKey(kms, arn));

/** Signs in KMS, and believes nothing but what `publicKey` verifies. @throws Failure */
export const signInKms = async (
  access: Kms,
  { mchid, arn, publicKey }: { mchid: string; arn: string; publicKey: KeyObject },
  message: Buffer,
): Promise<Buffer> => {
  const sign = createKmsSigner(access.kms);
  // Nothing but the signature is used, so no serial is needed.
  const pair = { mchid, certificateSerial: '', signingKeyArn: arn };
  const { signature } = await onceVisible(access, arn, () => sign(pair, message), isUnsettled);
  const bytes = Buffer.from(signature, 'base64');
  if (verify('sha256', message, publicKey, bytes)) return bytes;
  throw new Failure(
    `what KMS signed with ${arn} does not verify with the public key that belongs to it; nothing was changed. Run again.`,
  );
};
