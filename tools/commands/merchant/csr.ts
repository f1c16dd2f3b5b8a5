import { CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
} from '@peculiar/asn1-x509';
import { publicKeyOf } from '../../../lib/merchants/public-key.ts';
import { isComplete } from '../../../lib/merchants/record.ts';
import { Failure } from '../../explain.ts';
import { confirm } from '../../terminal.ts';
import { type Context, forStage, itemOf, type MerchantCommand } from './context.ts';
import { onceVisible, signInKms } from './kms-visible.ts';
import { writeRequest } from './request-file.ts';

/** sha256WithRSAEncryption, RFC 4055. The constant of that name in @peculiar/asn1-rsa 2.11.1 means SHA-512/256. */
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';

type Subject = { commonName: string; organization: string };

/** RFC 5280: a country is a PrintableString; the rest may hold Chinese. */
const subjectName = ({ commonName, organization }: Subject): Name => {
  const part = (type: string, value: AttributeValue) =>
    new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
  return new Name([
    part('2.5.4.6', new AttributeValue({ printableString: 'CN' })),
    part('2.5.4.10', new AttributeValue({ utf8String: organization })),
    part('2.5.4.3', new AttributeValue({ utf8String: commonName })),
  ]);
};

const toPem = (der: ArrayBuffer): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
};

/**
 * A PKCS#10 request in PEM, for a key that nobody holds but the signer.
 * @param publicKey SubjectPublicKeyInfo in DER.
 * @param sign RSASSA-PKCS1-v1_5 with SHA-256 over the bytes given.
 */
const makeCsr = async (
  subject: Subject,
  publicKey: Uint8Array,
  sign: (message: Buffer) => Promise<Buffer>,
): Promise<string> => {
  const certificationRequestInfo = new CertificationRequestInfo({
    subject: subjectName(subject),
    subjectPKInfo: AsnConvert.parse(publicKey, SubjectPublicKeyInfo),
  });
  const signature = await sign(Buffer.from(AsnConvert.serialize(certificationRequestInfo)));
  const request = new CertificationRequest({
    certificationRequestInfo,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: SHA256_WITH_RSA, parameters: null }),
    signature: new Uint8Array(signature).buffer,
  });
  return toPem(AsnConvert.serialize(request));
};

const requireName = (text: string, option: string): string => {
  if (/^[^\p{Cc}]{1,64}$/u.test(text)) return text;
  throw new Failure(`--${option} must have 1 to 64 characters.`);
};

const paste = (context: Context, mchid: string): string[] => [
  'Paste it into the merchant platform: 账户中心 → API安全 → 商户API证书 → 申请证书 (the text of the request, where the certificate tool’s would go).',
  `Download the certificate it issues, then: ${forStage(context, `set-certificate ${mchid} --certificate-file apiclient_cert.pem`)}`,
];

export const csr: MerchantCommand = {
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
  mchid: 'required',
  changes: false,
  run: async (context, { mchid, options }) => {
    const item = await itemOf(context, mchid);
    const arn = item.pending_signing_key_arn ?? item.signing_key_arn;
    if (arn === undefined)
      throw new Failure(`merchant ${mchid} has no key yet: run \`create-key ${mchid}\`.`);
    const subject = {
      commonName: requireName(options['subject-cn'] ?? mchid, 'subject-cn'),
      organization: requireName(options['organization'] ?? '微信商户系统', 'organization'),
    };
    const { der, key: publicKey } = await onceVisible(context, arn, () => publicKeyOf(context.kms, arn));
    const pem = await makeCsr(subject, der, (message) =>
      signInKms(context, { mchid, arn, publicKey }, message),
    );
    const { out } = options;
    if (out !== undefined) await writeRequest(out, pem, (question) => confirm(context, question));
    const file = out === undefined ? {} : { file: out };
    return {
      ok: true,
      lines: out === undefined ? pem.trimEnd().split('\n') : [`The request was written to ${out}.`],
      notes: paste(context, mchid),
      json: { mchid, signing_key_arn: arn, csr: pem, ...file, renewal: isComplete(item) },
    };
  },
};
