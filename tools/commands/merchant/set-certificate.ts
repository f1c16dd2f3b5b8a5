import type { X509Certificate } from 'node:crypto';
import { publicKeyOf } from '../../../lib/merchants/public-key.ts';
import type { MerchantItem } from '../../../lib/merchants/record.ts';
import { required } from '../../command.ts';
import { Failure } from '../../explain.ts';
import { readInput } from '../../input.ts';
import { type Context, itemOf, type MerchantCommand } from './context.ts';
import { notVisible, onceVisible, visibleKey } from './kms-visible.ts';
import { installPair } from './pair.ts';
import { issuedCertificates, samePublicKey } from './pem.ts';
import { requireRoomForPrevious } from './pending.ts';

/** The certificate among `certificates` that was issued for the key. One that still waits for its material has none. */
const certificateOf = async (
  context: Context,
  arn: string | undefined,
  certificates: readonly X509Certificate[],
): Promise<X509Certificate | undefined> => {
  if (arn === undefined) return undefined;
  const key = await visibleKey(context, arn);
  if (key === undefined) throw notVisible(arn);
  if (key.KeyState === 'PendingImport') return undefined;
  const own = await onceVisible(context, arn, () => publicKeyOf(context.kms, arn));
  return certificates.find(({ publicKey }) => samePublicKey(own.key, publicKey));
};

const pairIn = async (
  context: Context,
  item: MerchantItem,
  certificates: readonly X509Certificate[],
): Promise<{ certificate: X509Certificate; arn: string }> => {
  const { mchid, pending_signing_key_arn: pending, signing_key_arn: current } = item;
  if (pending === undefined && current === undefined)
    throw new Failure(
      `merchant ${mchid} has no key yet: run \`create-key ${mchid}\`, then \`csr ${mchid}\`.`,
    );
  for (const arn of [pending, current]) {
    const certificate = await certificateOf(context, arn, certificates);
    if (arn === undefined || certificate === undefined) continue;
    if (arn === pending && current !== undefined) requireRoomForPrevious(item);
    return { certificate, arn };
  }
  throw new Failure(
    `this certificate was issued for another key than merchant ${mchid} has in KMS (${pending ?? current}). ` +
      `Have it issued for the request that \`csr ${mchid}\` makes; a key from the certificate tool needs import-key.`,
  );
};

export const setCertificate: MerchantCommand = {
  help: `Accepts the certificate only if it belongs to the pending key (or, renewed, to the key in use). From that one write on Lambdas
sign with it, each within a few minutes; the pair before it is kept as previous until retire.`,
  mchid: 'required',
  options: {
    'certificate-file': {
      value: 'FILE',
      text: 'apiclient_cert.pem, as issued for the request that csr made',
    },
  },
  changes: true,
  run: async (context, given) => {
    const { mchid } = given;
    const option = '--certificate-file';
    const file = required(given, 'certificate-file');
    const item = await itemOf(context, mchid);
    const text = await readInput(option, file);
    const certificates = issuedCertificates(text, { option, mchid, now: context.now() });
    const { certificate, arn } = await pairIn(context, item, certificates);
    return installPair(context, item, certificate, arn);
  },
};
