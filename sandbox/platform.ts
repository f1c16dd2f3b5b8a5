import type { Merchant } from './merchants.ts';
import { type Ca, type IssuedPair, issueCertificate } from './pki.ts';
import { readSerial, type Strictness } from './strictness.ts';
import type { PlatformKey } from './types.ts';
import type { Certificate } from './write-certificate.ts';

const DAY = 24 * 60 * 60 * 1000;
const SIGNER = 'Tenpay.com sign';
const FIVE_YEARS = 5 * 365 * DAY;

export type PlatformCertificate = Pick<Certificate, 'serial' | 'certificatePem' | 'notBefore' | 'notAfter'>;

export type Platform = Awaited<ReturnType<typeof createPlatform>>;

type Validity = { readonly notBefore?: Date; readonly notAfter?: Date };

type Around = {
  readonly ca: Ca;
  readonly clock: () => number;
  readonly strictness: Strictness;
  /** The certificate to start with; default a new one. */
  readonly first?: IssuedPair | undefined;
};

/** Thirty days into its five years. `now` in milliseconds since the epoch. */
export function firstCertificate(ca: Ca, now: number): Promise<IssuedPair> {
  const notBefore = new Date(now - 30 * DAY);
  const notAfter = new Date(notBefore.getTime() + FIVE_YEARS);
  return issueCertificate({ ca, commonName: SIGNER, notBefore, notAfter });
}

/** WeChat Pay's own keys: one set of platform certificates for all merchants, next to the public key of each. */
export async function createPlatform({ ca, clock, strictness, first }: Around) {
  const issued: IssuedPair[] = [first ?? (await firstCertificate(ca, clock()))];

  async function rotate(validity: Validity = {}): Promise<PlatformCertificate> {
    const notBefore = validity.notBefore ?? new Date(clock());
    const notAfter = validity.notAfter ?? new Date(notBefore.getTime() + FIVE_YEARS);
    const made = await issueCertificate({ ca, commonName: SIGNER, notBefore, notAfter });
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

  function find(merchant: Merchant, id: string | undefined, certificates: readonly IssuedPair[]) {
    const { mode, publicKey } = merchant;
    if (id === undefined) return undefined;
    if (mode !== 'certificate' && publicKey?.id === id) return publicKey;
    const wanted = readSerial(id, strictness);
    return mode === 'public-key' ? undefined : asKey(certificates.find(({ serial }) => serial === wanted));
  }

  /** The key a merchant names to encrypt with, when it is one that this merchant may use now. */
  const usable = (merchant: Merchant, id: string | undefined): PlatformKey | undefined =>
    find(merchant, id, strictness.refusesEarlyCertificates ? valid() : unexpired());

  /** The key that signs an answer: the named one if it is valid, else the merchant's default. */
  const signer = (merchant: Merchant, named: string | undefined): PlatformKey | undefined =>
    find(merchant, named, valid()) ??
    (merchant.mode === 'public-key' ? merchant.publicKey : asKey(newest(valid())));

  return {
    certificates: () => unexpired().map(describe),
    /** Their private halves too. */
    keys: (): readonly PlatformKey[] => issued.flatMap((one) => asKey(one) ?? []),
    retire,
    rotate,
    signer,
    usable,
  };
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
