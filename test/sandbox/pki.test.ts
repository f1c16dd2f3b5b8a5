import { createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Ca,
  generateRsaKeyPair,
  issueCertificate,
  makeCa,
  randomSerial,
  sharedCa,
} from '../../sandbox/pki.ts';

describe('the stand-in PKI', () => {
  let ca: Ca;
  beforeAll(async () => {
    ca = await sharedCa();
  });

  it('has a self-signed root', () => {
    const root = new X509Certificate(ca.certificatePem);
    expect(root.ca).toBe(true);
    expect(root.checkIssued(root)).toBe(true);
    expect(root.verify(createPublicKey(ca.publicKeyPem))).toBe(true);
    expect(root.subject).toContain('CN=Tenpay.com Root CA');
  });

  it('issues a certificate together with a key pair', async () => {
    const notBefore = new Date('2024-02-29T12:00:00Z');
    const notAfter = new Date('2051-01-01T00:00:00Z');
    const issued = await issueCertificate({ ca, commonName: '1900000109 商户, Ltd', notBefore, notAfter });
    const certificate = new X509Certificate(issued.certificatePem);
    expect(certificate.checkIssued(new X509Certificate(ca.certificatePem))).toBe(true);
    expect(certificate.verify(createPublicKey(ca.publicKeyPem))).toBe(true);
    expect(certificate.checkPrivateKey(issued.privateKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.serialNumber).toBe(issued.serial);
    expect(issued.serial).toMatch(/^[1-9A-F][0-9A-F]{39}$/);
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(certificate.publicKey.equals(createPublicKey(issued.publicKeyPem))).toBe(true);
    expect(certificate.validFromDate).toEqual(notBefore);
    expect(certificate.validToDate).toEqual(notAfter);
    expect(certificate.toLegacyObject().subject['CN']).toBe('1900000109 商户, Ltd');
    const signature = sign('sha256', Buffer.from('x'), issued.privateKeyPem);
    expect(verify('sha256', Buffer.from('x'), certificate.publicKey, signature)).toBe(true);
  });

  it('issues a certificate for a key whose private half is elsewhere', async () => {
    const { publicKeyPem } = await generateRsaKeyPair();
    const serial = `8${randomSerial().slice(1)}`;
    const issued = await issueCertificate({ ca, commonName: '1900000109', publicKeyPem, serial });
    expect(new X509Certificate(issued.certificatePem).publicKey.equals(createPublicKey(publicKeyPem))).toBe(
      true,
    );
    expect(issued.serial).toBe(serial);
    expect(issued).not.toHaveProperty('privateKey');
  });

  it('refuses a serial that would print as something else', async () => {
    for (const serial of ['0'.repeat(40), 'a'.repeat(40), '1234']) {
      await expect(issueCertificate({ ca, commonName: 'x', serial })).rejects.toThrow(TypeError);
    }
  });

  it('makes serials that are positive numbers of exactly twenty octets', () => {
    for (let round = 0; round < 200; round += 1) expect(randomSerial()).toMatch(/^[1-7][0-9A-F]{39}$/);
  });

  it('shares one root per process and tells it from another', async () => {
    expect(await sharedCa()).toBe(ca);
    const other = await makeCa();
    const { certificatePem } = await issueCertificate({ ca: other, commonName: 'x' });
    expect(new X509Certificate(certificatePem).verify(createPublicKey(ca.publicKeyPem))).toBe(false);
  });
});
