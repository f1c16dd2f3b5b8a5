import type { KeyObject, X509Certificate } from 'node:crypto';
import { publicKeyOf } from '../../../lib/merchants/public-key.ts';
import type { MerchantItem } from '../../../lib/merchants/record.ts';
import { type Given, type Options, required } from '../../command.ts';
import { Failure } from '../../explain.ts';
import { readInput, readSecret } from '../../input.ts';
import type { Outcome } from '../../output.ts';
import { type Context, itemOf, type MerchantCommand } from './context.ts';
import { importMaterial } from './kms-keys.ts';
import { onceVisible, signInKms, visibleKey } from './kms-visible.ts';
import { installPair } from './pair.ts';
import { issuedCertificates, privateKeyDer, samePublicKey } from './pem.ts';
import { pendingKey, requireRoomForPrevious } from './pending.ts';

const requireImport = ({ region }: Context, mchid: string): void => {
  if (!region.startsWith('cn-')) return;
  throw new Failure(
    `KMS in the China Regions (${region}) imports no RSA keys. Make the key inside KMS instead: create-key ${mchid}, ` +
      `then csr ${mchid}; the merchant platform issues a certificate for it, and the old key is not needed any more.`,
  );
};

const publicKeyIn = async (context: Context, arn: string): Promise<KeyObject | undefined> => {
  const { KeyState } = (await visibleKey(context, arn)) ?? {};
  if (KeyState !== 'Enabled') return undefined;
  return (await onceVisible(context, arn, () => publicKeyOf(context.kms, arn))).key;
};

/** The pair goes into the registry only after KMS has shown that it signs for this very certificate. */
const proveSignature = async (
  context: Context,
  mchid: string,
  { publicKey }: X509Certificate,
  arn: string,
): Promise<void> => {
  const message = Buffer.from(`wechatpay-presign import of merchant ${mchid}\n`);
  await signInKms(context, { mchid, arn, publicKey }, message);
};

/** The key that holds `publicKey`'s private half: in use, pending, or a new one that gets `der`. */
const keyWith = async (
  context: Context,
  item: MerchantItem,
  publicKey: KeyObject,
  der: Buffer,
): Promise<{ arn: string; item: MerchantItem }> => {
  const { signing_key_arn: current, pending_signing_key_arn: pendingArn } = item;
  const inUse = current === undefined ? undefined : await publicKeyIn(context, current);
  if (current !== undefined && inUse !== undefined && samePublicKey(inUse, publicKey))
    return { arn: current, item };
  requireRoomForPrevious(item);
  const inside = pendingArn === undefined ? undefined : await publicKeyIn(context, pendingArn);
  if (pendingArn !== undefined && inside !== undefined && samePublicKey(inside, publicKey))
    return { arn: pendingArn, item };
  // What was imported into a key can never be replaced by something else.
  const unwanted = inside === undefined ? undefined : 'holds another private key';
  const pending = await pendingKey(context, item, 'EXTERNAL', unwanted);
  await importMaterial(context, pending.arn, der);
  return pending;
};

const readKey = async (context: Context, given: Given) => {
  const pem = await readSecret(context.terminal, {
    option: '--key-file',
    path: given.options['key-file'],
    question: 'Paste the private key (apiclient_key.pem)',
    wanted: 'pem',
  });
  try {
    return privateKeyDer(pem, '--key-file');
  } finally {
    pem.fill(0);
  }
};

export const importPair = async (context: Context, given: Given): Promise<Outcome> => {
  const { mchid } = given;
  const option = '--certificate-file';
  const certificateFile = required(given, 'certificate-file');
  requireImport(context, mchid);
  const item = await itemOf(context, mchid);
  const text = await readInput(option, certificateFile);
  const certificates = issuedCertificates(text, { option, mchid, now: context.now() });
  const { der, publicKey } = await readKey(context, given);
  try {
    const certificate = certificates.find((one) => samePublicKey(one.publicKey, publicKey));
    if (certificate === undefined)
      throw new Failure(
        `--key-file and ${option} do not belong together: take both from the same zip file of the certificate tool.`,
      );
    const { arn, item: current } = await keyWith(context, item, publicKey, der);
    await proveSignature(context, mchid, certificate, arn);
    return await installPair(context, current, certificate, arn);
  } finally {
    der.fill(0);
  }
};

export const importOptions: Options = {
  'key-file': {
    value: 'FILE',
    text: 'apiclient_key.pem; - for standard input; asked for on a terminal when left out',
  },
  'certificate-file': { value: 'FILE', text: 'apiclient_cert.pem, of the same zip file' },
};

export const importKey: MerchantCommand = {
  help: `Wraps the private key for KMS, imports it into a key of its own, lets KMS sign something with it, checks that against the
certificate, and then makes both the merchant's pair in one write. Interrupted, it goes on where it was when run again.
Afterwards delete every copy of apiclient_key.pem. The China Regions have no import: use create-key and csr there.`,
  mchid: 'required',
  options: importOptions,
  changes: true,
  run: importPair,
};
