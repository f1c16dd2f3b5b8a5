import { readCertificateRequest } from './certificate-request.ts';
import { ControlRefusal } from './control-refusal.ts';
import { completeKeys, describeMerchant, MODES, merchantOf, type WantedMerchant } from './merchant-keys.ts';
import type { Merchant, Merchants } from './merchants.ts';
import { isNotifyUrl } from './notify-url.ts';
import { type Ca, issueCertificate } from './pki.ts';
import type { ToldMerchant } from './told.ts';

/** https://pay.weixin.qq.com/doc/v3/merchant/4013053053: three certificates at most are in force at the same time. */
const MOST_CERTIFICATES = 3;

export type MerchantPlatform = ReturnType<typeof createMerchantPlatform>;

/**
 * What people do on the merchant platform, in a browser: certificates, the WeChat Pay public key, the APIv3 key. Nothing
 * says how the real one checks a request; that it wants an RSA-2048 key and the merchant's number is assumed from what
 * its certificate tool makes.
 */
export function createMerchantPlatform(ca: Ca, merchants: Merchants, clock: () => number) {
  function known(mchid: string): Merchant {
    const merchant = merchants.find(mchid);
    if (merchant) return merchant;
    throw new ControlRefusal(404, 'merchant.unknown', { mchid });
  }

  function inForce(mchid: string): string[] {
    const certificates = [...(merchants.find(mchid)?.certificates.values() ?? [])];
    return certificates.filter(({ notAfter }) => notAfter >= clock()).map(({ serial }) => serial);
  }

  function requireRoom(mchid: string): void {
    const serials = inForce(mchid);
    if (serials.length < MOST_CERTIFICATES) return;
    const params = { mchid, most: MOST_CERTIFICATES, serials: serials.join(', ') };
    throw new ControlRefusal(409, 'certificate.most', params);
  }

  return {
    /** A merchant with all its keys: those of ours are made, unless it brings a certificate of its own. */
    async open(wanted: WantedMerchant) {
      const { mchid, notifyUrl } = wanted;
      const keys = await completeKeys(wanted, ca);
      if (merchants.find(mchid)) throw new ControlRefusal(409, 'merchant.exists', { mchid });
      try {
        await merchants.add(merchantOf(wanted, keys));
      } catch (error) {
        throw new ControlRefusal(400, 'merchant.certificate', { problem: (error as Error).message });
      }
      if (notifyUrl !== undefined) merchants.setNotifyUrl(mchid, notifyUrl);
      return describeMerchant(wanted, keys);
    },
    list: (): ToldMerchant[] =>
      merchants.all().map(({ mchid, mode, certificates, publicKey, notifyUrl }) => ({
        mchid,
        mode,
        certificates: [...certificates.values()].map(({ serial, notAfter, privateKey }) => ({
          serial,
          notAfter: new Date(notAfter).toISOString(),
          isOurs: privateKey !== undefined,
        })),
        publicKeyId: mode === 'certificate' ? undefined : publicKey?.id,
        notifyUrl,
      })),
    async setMode(mchid: string, word: string): Promise<undefined> {
      known(mchid);
      const mode = MODES.find((one) => one === word);
      if (!mode) throw new ControlRefusal(400, 'word.unknown', { words: MODES.join(', ') });
      await merchants.setMode(mchid, mode);
      return undefined;
    },
    /** Issues the certificate for a request (PKCS#10 in PEM). A number never seen before becomes a merchant. */
    async issue(mchid: string, request: string): Promise<string> {
      const publicKeyPem = await publicKeyIn(mchid, request);
      const notBefore = new Date(clock());
      const { certificatePem } = await issueCertificate({ ca, commonName: mchid, publicKeyPem, notBefore });
      // Only now, and with nothing to wait for in between: others may have come first.
      requireRoom(mchid);
      if (merchants.find(mchid)) merchants.addCertificate(mchid, certificatePem);
      else await merchants.add({ mchid, certificatePem, mode: 'both' });
      return certificatePem;
    },
    revoke(mchid: string, serial: string): void {
      if (!known(mchid).certificates.has(serial)) {
        const serials = inForce(mchid).join(', ') || '–';
        throw new ControlRefusal(404, 'certificate.unknown', { mchid, serials });
      }
      merchants.removeCertificate(mchid, serial);
    },
    publicKey(mchid: string): { id: string; pem: string } {
      const { publicKey } = known(mchid);
      if (publicKey) return publicKey;
      throw new ControlRefusal(404, 'public_key.missing', { mchid });
    },
    setApiV3Key(mchid: string, key: string): void {
      known(mchid);
      if (!/^[0-9A-Za-z]{32}$/.test(key)) throw new ControlRefusal(400, 'api_v3_key.format', {});
      merchants.setApiV3Key(mchid, key);
    },
    /** In reality WeChat Pay's own people enter the address of ETC; nothing says where that of campus is set. */
    setNotifyUrl(mchid: string, url: string | undefined): void {
      known(mchid);
      if (url !== undefined && !isNotifyUrl(url)) throw new ControlRefusal(400, 'notify_url.format', {});
      merchants.setNotifyUrl(mchid, url);
    },
    requireReachable(mchid: string): void {
      const { hasSetApiV3Key, notifyUrl } = known(mchid);
      if (!hasSetApiV3Key) throw new ControlRefusal(409, 'api_v3_key.missing', { mchid });
      if (notifyUrl === undefined) throw new ControlRefusal(409, 'notify_url.missing', { mchid });
    },
  };
}

async function publicKeyIn(mchid: string, pem: string): Promise<string> {
  const request = await readCertificateRequest(pem);
  if (!request) throw new ControlRefusal(400, 'csr.unreadable', {});
  const { commonName, publicKey, publicKeyPem, isSigned } = request;
  if (publicKey.asymmetricKeyType !== 'rsa' || publicKey.asymmetricKeyDetails?.modulusLength !== 2048)
    throw new ControlRefusal(400, 'csr.key', {});
  if (!isSigned) throw new ControlRefusal(400, 'csr.signature', {});
  if (commonName !== mchid) throw new ControlRefusal(400, 'csr.name', { mchid });
  return publicKeyPem;
}
