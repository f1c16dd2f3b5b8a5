import type { Merchant } from './merchants.ts';
import { type Ca, type Certificate, type IssuedPair, issueCertificate } from './pki.ts';
import type { PlatformKey } from './types.ts';

const DAY = 24 * 60 * 60 * 1000;
const FIVE_YEARS = 5 * 365 * DAY;

export type PlatformCertificate = Pick<Certificate, 'serial' | 'certificatePem' | 'notBefore' | 'notAfter'>;

export type Platform = Awaited<ReturnType<typeof createPlatform>>;

type Validity = { readonly notBefore?: Date; readonly notAfter?: Date };

/**
 * WeChat Pay's own keys: one set of platform certificates for all merchants, next to the public key of each.
 * Starts with one certificate, thirty days into its five years.
 */
export async function createPlatform(ca: Ca, clock: () => number) {
  const issued: IssuedPair[] = [];

  async function rotate(validity: Validity = {}): Promise<PlatformCertificate> {
    const notBefore = validity.notBefore ?? new Date(clock());
    const notAfter = validity.notAfter ?? new Date(notBefore.getTime() + FIVE_YEARS);
    const made = await issueCertificate({ ca, commonName: 'Tenpay.com sign', notBefore, notAfter });
    issued.push(made);
    return describe(made);
  }

  function retire(serial: string): void {
    const at = issued.findIndex((certificate) => certificate.serial === serial);
    if (at < 0) throw new Error(`no platform certificate ${serial}`);
    issued.splice(at, 1);
  }

  // Those not valid yet are already published: that is how merchants learn of a rotation in time.
  const unexpired = () => issued.filter(({ notAfter }) => notAfter.getTime() >= clock());
  const valid = () => unexpired().filter(({ notBefore }) => notBefore.getTime() <= clock());

  /** The key a merchant names, when it is one that this merchant may use now. */
  function usable(merchant: Merchant, id: string | undefined): PlatformKey | undefined {
    const { mode, publicKey } = merchant;
    if (mode !== 'certificate' && publicKey?.id === id) return publicKey;
    return mode === 'public-key' ? undefined : asKey(valid().find(({ serial }) => serial === id));
  }

  /** The key that signs an answer: the named one, else the merchant's default. */
  function signer(merchant: Merchant, named: string | undefined): PlatformKey | undefined {
    return (
      usable(merchant, named) ??
      (merchant.mode === 'public-key' ? merchant.publicKey : asKey(newest(valid())))
    );
  }

  await rotate({ notBefore: new Date(clock() - 30 * DAY) });
  return { certificates: () => unexpired().map(describe), retire, rotate, signer, usable };
}

const asKey = (certificate: IssuedPair | undefined): PlatformKey | undefined =>
  certificate && { id: certificate.serial, privateKey: certificate.privateKey };

/** Latest start; of two with the same start, the one issued later. */
const newest = (certificates: readonly IssuedPair[]) =>
  certificates.reduce<IssuedPair | undefined>(
    (best, next) => (best && best.notBefore > next.notBefore ? best : next),
    undefined,
  );

const describe = ({ serial, certificatePem, notBefore, notAfter }: IssuedPair): PlatformCertificate => ({
  serial,
  certificatePem,
  notBefore,
  notAfter,
});
