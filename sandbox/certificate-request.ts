import './reflect-shim.ts';
import { createPublicKey, type KeyObject } from 'node:crypto';

export type CertificateRequest = {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo */
  readonly publicKeyPem: string;
  /** Whether it is signed with the private half of its key: who asks has it. */
  readonly isSigned: boolean;
};

/** Reads a PKCS#10 request in PEM; `undefined` for anything else. */
export async function readCertificateRequest(pem: string): Promise<CertificateRequest | undefined> {
  if (!pem.includes('-----BEGIN CERTIFICATE REQUEST-----')) return undefined;
  // Not a static import: jest links CommonJS modules before any of ours, the shim included, has run.
  const x509 = await import('@peculiar/x509');
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    const key = Buffer.from(request.publicKey.rawData);
    const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
    return {
      commonName: request.subjectName.getField('CN').join(),
      publicKey,
      publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      isSigned: await request.verify().catch(() => false),
    };
  } catch {
    return undefined;
  }
}
