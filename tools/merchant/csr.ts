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

/** sha256WithRSAEncryption, RFC 4055. The constant of that name in @peculiar/asn1-rsa 2.11.1 means SHA-512/256. */
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';

export type Subject = { commonName: string; organization: string };

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
export const makeCsr = async (
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
