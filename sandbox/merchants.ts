import { createPublicKey, type KeyObject, randomInt } from 'node:crypto';
import { randomText } from './answer.ts';
import { isNotifyUrl } from './notify-url.ts';
import { generateRsaKeyPair } from './pki.ts';
import type { Mode, NoCertificateAnswer, PlatformKey } from './types.ts';
import { readCertificate } from './write-certificate.ts';

export type MerchantCertificate = {
  readonly serial: string;
  readonly publicKey: KeyObject;
  /** Of a merchant whose key was made here. */
  readonly privateKey?: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
};

export type PublicKey = PlatformKey & { readonly pem: string };

export type Merchant = {
  readonly mchid: string;
  mode: Mode;
  /** 32 ASCII bytes. Until one has been set, one that nobody knows: what is sealed with it cannot be opened. */
  apiV3Key: string;
  hasSetApiV3Key: boolean;
  /** Where notifications go. */
  notifyUrl?: string | undefined;
  noCertificateAnswer: NoCertificateAnswer;
  readonly certificates: Map<string, MerchantCertificate>;
  /** Every nonce_str that came with a good signature. */
  readonly nonces: Set<string>;
  publicKey?: PublicKey;
};

export type NewMerchant = {
  readonly mchid: string;
  /** Without one the merchant exists, but cannot call until `addMerchantCertificate`. */
  readonly certificatePem?: string;
  /** Where the key was made here: shows what was encrypted for the merchant's own certificate. */
  readonly privateKey?: KeyObject;
  readonly apiV3Key?: string;
  /** WeChat Pay's, for this merchant. Default: a new one, once a mode needs it. */
  readonly publicKey?: PublicKey;
  readonly mode: Mode;
  readonly noCertificateAnswer?: NoCertificateAnswer;
};

export type Merchants = ReturnType<typeof createMerchants>;

/** The merchants WeChat Pay knows. Wrong set-ups throw at once instead of showing up as odd refusals. */
export function createMerchants() {
  const merchants = new Map<string, Merchant>();

  function get(mchid: string): Merchant {
    const merchant = merchants.get(mchid);
    if (!merchant) throw new Error(`no merchant ${mchid}`);
    return merchant;
  }

  async function setMode(mchid: string, mode: Mode): Promise<void> {
    const merchant = get(mchid);
    if (mode !== 'certificate') merchant.publicKey ??= await makePublicKey(mchid);
    merchant.mode = mode;
  }

  async function add(request: NewMerchant): Promise<void> {
    const { mchid, certificatePem, privateKey, mode, noCertificateAnswer = 'RESOURCE_NOT_EXISTS' } = request;
    if (!/^\d{8,12}$/.test(mchid)) throw new TypeError(`not a merchant id: ${mchid}`);
    if (merchants.has(mchid)) throw new Error(`merchant ${mchid} exists`);
    const hasSetApiV3Key = request.apiV3Key !== undefined;
    const certificates = certificatePem === undefined ? [] : [readFree(certificatePem, privateKey)];
    const apiV3Key = checkedApiV3Key(request.apiV3Key ?? randomText(32));
    merchants.set(mchid, {
      mchid,
      noCertificateAnswer,
      mode: 'certificate',
      apiV3Key,
      hasSetApiV3Key,
      certificates: new Map(certificates.map((one) => [one.serial, one])),
      nonces: new Set(),
      ...(request.publicKey ? { publicKey: request.publicKey } : {}),
    });
    await setMode(mchid, mode);
  }

  /** A certificate that no merchant has yet. */
  function readFree(certificatePem: string, privateKey?: KeyObject): MerchantCertificate {
    const certificate = { ...merchantCertificateIn(certificatePem), ...(privateKey ? { privateKey } : {}) };
    const owner = [...merchants.values()].find(({ certificates }) => certificates.has(certificate.serial));
    if (owner) throw new Error(`certificate ${certificate.serial} already belongs to ${owner.mchid}`);
    return certificate;
  }

  function addCertificate(mchid: string, certificatePem: string): void {
    const certificate = readFree(certificatePem);
    get(mchid).certificates.set(certificate.serial, certificate);
  }

  return {
    add,
    addCertificate,
    all: (): readonly Merchant[] => [...merchants.values()],
    find: (mchid: string) => merchants.get(mchid),
    get,
    removeCertificate(mchid: string, serial: string): void {
      if (!get(mchid).certificates.delete(serial)) throw new Error(`no certificate ${serial} at ${mchid}`);
    },
    setApiV3Key(mchid: string, apiV3Key: string): void {
      const merchant = get(mchid);
      merchant.apiV3Key = checkedApiV3Key(apiV3Key);
      merchant.hasSetApiV3Key = true;
    },
    /** Without a URL, no notifications. */
    setNotifyUrl(mchid: string, url: string | undefined): void {
      if (url !== undefined && !isNotifyUrl(url)) throw new TypeError(`not a URL to notify: ${url}`);
      get(mchid).notifyUrl = url;
    },
    setMode,
    setNoCertificateAnswer(mchid: string, answer: NoCertificateAnswer): void {
      get(mchid).noCertificateAnswer = answer;
    },
  };
}

function checkedApiV3Key(key: string): string {
  if (!/^[\x21-\x7e]{32}$/.test(key)) throw new TypeError('an APIv3 key is 32 printable ASCII characters');
  return key;
}

function merchantCertificateIn(pem: string): MerchantCertificate {
  const { serial, publicKeyPem, notBefore, notAfter } = readCertificate(pem);
  const publicKey = createPublicKey(publicKeyPem);
  const { modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType !== 'rsa' || modulusLength !== 2048) throw new TypeError('not RSA-2048');
  return { serial, publicKey, notBefore: notBefore.getTime(), notAfter: notAfter.getTime() };
}

export async function makePublicKey(mchid: string): Promise<PublicKey> {
  const { privateKey, publicKeyPem } = await generateRsaKeyPair();
  const digits = Array.from({ length: 16 }, () => randomInt(10)).join('');
  return { id: `PUB_KEY_ID_${`01${mchid}${digits}`.slice(0, 28)}`, pem: publicKeyPem, privateKey };
}
