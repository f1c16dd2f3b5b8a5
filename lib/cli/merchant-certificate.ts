import type { X509Certificate } from 'node:crypto';
import { publicKeyOf } from '../merchants/public-key.ts';
import type { MerchantItem } from '../merchants/record.ts';
import { Failure } from './failure.ts';
import { describeKey } from './kms-keys.ts';
import { type Command, mchidOf, required } from './merchant-command.ts';
import { type Context, itemOf } from './merchant-context.ts';
import { installPair } from './merchant-pair.ts';
import { requireRoomForPrevious } from './merchant-pending.ts';
import { merchantCertificate, samePublicKey } from './pem.ts';
import { readInput } from './prompt.ts';

/** A pending key that is still waiting for its material has no public half to compare. */
const belongs = async (
  { kms }: Context,
  arn: string | undefined,
  { publicKey }: X509Certificate,
): Promise<boolean> => {
  if (arn === undefined) return false;
  if ((await describeKey(kms, arn))?.KeyState === 'PendingImport') return false;
  return samePublicKey((await publicKeyOf(kms, arn)).key, publicKey);
};

const keyFor = async (
  context: Context,
  item: MerchantItem,
  certificate: X509Certificate,
): Promise<string> => {
  const { mchid, pending_signing_key_arn: pending, signing_key_arn: current } = item;
  if (pending === undefined && current === undefined)
    throw new Failure(
      `merchant ${mchid} has no key yet: run \`create-key ${mchid}\`, then \`csr ${mchid}\`.`,
    );
  if (pending !== undefined && (await belongs(context, pending, certificate))) {
    if (current !== undefined) requireRoomForPrevious(item);
    return pending;
  }
  if (current !== undefined && (await belongs(context, current, certificate))) return current;
  throw new Failure(
    `this certificate was issued for another key than merchant ${mchid} has in KMS (${pending ?? current}). ` +
      `Have it issued for the request that \`csr ${mchid}\` makes; a key from the certificate tool needs import-key.`,
  );
};

export const setCertificate: Command = {
  summary: 'make an issued certificate and its key the merchant’s pair',
  mchid: 'required',
  options: {
    'certificate-file': {
      value: 'FILE',
      text: 'apiclient_cert.pem, as issued for the request that csr made',
    },
  },
  help: `Accepts the certificate only if it belongs to the pending key (or, renewed, to the key in use). From that one write on Lambdas
sign with it, each within a few minutes; the pair before it is kept as previous until retire.`,
  run: async (context, given) => {
    const mchid = mchidOf(given);
    const option = '--certificate-file';
    const file = required(given, 'certificate-file');
    const item = await itemOf(context, mchid);
    const certificate = merchantCertificate(await readInput(option, file), {
      option,
      mchid,
      now: context.now(),
    });
    return installPair(context, item, certificate, await keyFor(context, item, certificate));
  },
};
