import { publicKeyOf } from '../../lib/merchants/public-key.ts';
import { isComplete } from '../../lib/merchants/record.ts';
import { Failure } from '../failure.ts';
import { confirm } from '../prompt.ts';
import { type Command, mchidOf } from './command.ts';
import { itemOf } from './context.ts';
import { makeCsr } from './csr.ts';
import { signInKms } from './kms-sign.ts';
import { onceVisible } from './kms-visible.ts';
import { pendingKey } from './pending.ts';
import { writeRequest } from './request-file.ts';

export const add: Command = {
  summary: 'put a merchant into the registry',
  mchid: 'required',
  options: {},
  help: `Puts the merchant into the registry, with nothing but its number. Lambdas do not see it until it has a key and a certificate.
Next: create-key (the key is born in KMS), or import-key (you have apiclient_key.pem already).`,
  run: async ({ registry }, given) => {
    const mchid = mchidOf(given);
    const created = await registry.create({ mchid, version: 1, platform_keys: {} });
    return {
      ok: true,
      lines: [`Merchant ${mchid} ${created ? 'was added' : 'exists already'}.`],
      notes: created ? [`Next: create-key ${mchid}, or import-key ${mchid}.`] : [],
      json: { mchid, created },
    };
  },
};

export const createKey: Command = {
  summary: 'make a signing key inside KMS',
  mchid: 'required',
  options: {},
  help: `Makes an RSA-2048 key inside KMS, where it stays: nobody ever has its private half. It is pending until set-certificate.
Run again, it finds the key it made before, also when it was interrupted in between. Next: csr.`,
  run: async (context, given) => {
    const mchid = mchidOf(given);
    const { arn, reused } = await pendingKey(context, await itemOf(context, mchid), 'AWS_KMS');
    return {
      ok: true,
      lines: [
        `Merchant ${mchid} ${reused ? 'has this pending key already' : 'has a new pending key'}: ${arn}`,
      ],
      notes: [`Next: csr ${mchid} --out ${mchid}.csr`],
      json: { mchid, pending_signing_key_arn: arn, created: !reused },
    };
  },
};

const printable = (text: string, option: string): string => {
  if (/^[^\p{Cc}]{1,64}$/u.test(text)) return text;
  throw new Failure(`--${option} must have 1 to 64 characters.`);
};

const PASTE = (mchid: string): string[] => [
  'Paste it into the merchant platform: 账户中心 → API安全 → 商户API证书 → 申请证书 (the text of the request, where the certificate tool’s would go).',
  `Download the certificate it issues, then: set-certificate ${mchid} --certificate-file apiclient_cert.pem`,
];

export const csr: Command = {
  summary: 'make the certificate request of a key in KMS',
  mchid: 'required',
  options: {
    out: {
      value: 'FILE',
      text: 'write it to a new file, or over an earlier request, instead of standard output',
    },
    'subject-cn': { value: 'NAME', text: 'common name (default: the merchant number)' },
    organization: {
      value: 'NAME',
      text: 'organization, as the merchant platform shows it (default: 微信商户系统)',
    },
  },
  help: `Prints a PKCS#10 certificate request, signed in KMS, for the pending key, or for the key in use when none is pending (to renew
its certificate). Nothing in it is secret. Next: have the merchant platform issue the certificate, then set-certificate.`,
  run: async (context, given) => {
    const mchid = mchidOf(given);
    const item = await itemOf(context, mchid);
    const arn = item.pending_signing_key_arn ?? item.signing_key_arn;
    if (arn === undefined)
      throw new Failure(`merchant ${mchid} has no key yet: run \`create-key ${mchid}\`.`);
    const subject = {
      commonName: printable(given.options['subject-cn'] ?? mchid, 'subject-cn'),
      organization: printable(given.options['organization'] ?? '微信商户系统', 'organization'),
    };
    const { der, key: publicKey } = await onceVisible(context, arn, () => publicKeyOf(context.kms, arn));
    const pem = await makeCsr(subject, der, (message) =>
      signInKms(context, { mchid, arn, publicKey }, message),
    );
    const { out } = given.options;
    if (out !== undefined)
      await writeRequest(out, pem, (question) => confirm(context.terminal, question, context.yes));
    const file = out === undefined ? {} : { file: out };
    return {
      ok: true,
      lines: out === undefined ? pem.trimEnd().split('\n') : [`The request was written to ${out}.`],
      notes: PASTE(mchid),
      json: { mchid, signing_key_arn: arn, csr: pem, ...file, renewal: isComplete(item) },
    };
  },
};
