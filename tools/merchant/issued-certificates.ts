import type { X509Certificate } from 'node:crypto';
import { Failure } from '../failure.ts';
import { certificatesIn, requireRsa2048 } from './pem.ts';

const ADVICE = 'Give apiclient_cert.pem, the certificate that the merchant platform issued.';

const commonName = ({ subject }: X509Certificate): string => /^CN=(.*)$/m.exec(subject)?.[1] ?? '';

const foreign = (certificates: readonly X509Certificate[], option: string, mchid: string): Failure => {
  const merchant = certificates.map(commonName).find((name) => /^\d+$/.test(name));
  return new Failure(
    merchant === undefined
      ? `${option}: this is a certificate of WeChat Pay or of somebody else. ${ADVICE}`
      : `${option}: this is the certificate of merchant ${merchant}, not of ${mchid}.`,
  );
};

/**
 * This merchant's certificates in a file, which may hold their issuer's as well, the one that ends last first.
 * `now` in milliseconds. @throws Failure unless there is one that is still valid.
 */
export const issuedCertificates = (
  text: Buffer,
  { option, mchid, now }: { option: string; mchid: string; now: number },
): X509Certificate[] => {
  const all = certificatesIn(text, option, ADVICE);
  const own = all.filter((certificate) => commonName(certificate) === mchid);
  if (own.length === 0) throw foreign(all, option, mchid);
  for (const { publicKey } of own) requireRsa2048(publicKey, option);
  const end = ({ validToDate }: X509Certificate): number => validToDate.getTime();
  const valid = own.filter((certificate) => end(certificate) > now);
  if (valid.length > 0) return valid.sort((one, other) => end(other) - end(one));
  throw new Failure(`${option}: this certificate has ended; issue a new one on the merchant platform.`);
};
