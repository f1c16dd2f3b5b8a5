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
    const sentence = `WeChat Pay has no merchant ${mchid} here. Its first certificate makes it one.`;
    throw new ControlRefusal(404, sentence);
  }

  function inForce(mchid: string): string[] {
    const certificates = [...(merchants.find(mchid)?.certificates.values() ?? [])];
    return certificates.filter(({ notAfter }) => notAfter >= clock()).map(({ serial }) => serial);
  }

  function requireRoom(mchid: string): void {
    const serials = inForce(mchid);
    if (serials.length < MOST_CERTIFICATES) return;
    const sentence = `${mchid} has ${MOST_CERTIFICATES} certificates in force, and may have no more. Revoke one: ${serials.join(', ')}.`;
    throw new ControlRefusal(409, sentence);
  }

  return {
    /** A merchant with all its keys: those of ours are made, unless it brings a certificate of its own. */
    async open(wanted: WantedMerchant) {
      const { mchid, notifyUrl } = wanted;
      const keys = await completeKeys(wanted, ca);
      if (merchants.find(mchid)) throw new ControlRefusal(409, `There is a merchant ${mchid} already.`);
      try {
        await merchants.add(merchantOf(wanted, keys));
      } catch (error) {
        throw new ControlRefusal(400, `This certificate cannot be used: ${(error as Error).message}.`);
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
      if (!mode) throw new ControlRefusal(400, `Give one of these words: ${MODES.join(', ')}.`);
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
      if (!known(mchid).certificates.has(serial))
        throw new ControlRefusal(
          404,
          `${mchid} has no certificate with this serial. In force: ${inForce(mchid).join(', ') || 'none'}.`,
        );
      merchants.removeCertificate(mchid, serial);
    },
    publicKey(mchid: string): { id: string; pem: string } {
      const { publicKey } = known(mchid);
      if (publicKey) return publicKey;
      throw new ControlRefusal(404, `${mchid} has no WeChat Pay public key.`);
    },
    setApiV3Key(mchid: string, key: string): void {
      known(mchid);
      if (!/^[0-9A-Za-z]{32}$/.test(key))
        throw new ControlRefusal(400, 'An APIv3 key has 32 characters, digits and letters only.');
      merchants.setApiV3Key(mchid, key);
    },
    /** In reality WeChat Pay's own people enter the address of ETC; nothing says where that of campus is set. */
    setNotifyUrl(mchid: string, url: string | undefined): void {
      known(mchid);
      if (url !== undefined && !isNotifyUrl(url))
        throw new ControlRefusal(400, 'Give the whole URL, http or https, without a query.');
      merchants.setNotifyUrl(mchid, url);
    },
    requireReachable(mchid: string): void {
      const { hasSetApiV3Key, notifyUrl } = known(mchid);
      if (!hasSetApiV3Key)
        throw new ControlRefusal(409, `${mchid} is sent nothing before it has an APIv3 key. PUT api-v3-key.`);
      if (notifyUrl === undefined)
        throw new ControlRefusal(409, `${mchid} has no address for notifications. PUT notify-url.`);
    },
  };
}

async function publicKeyIn(mchid: string, pem: string): Promise<string> {
  const refuse = (sentence: string) => new ControlRefusal(400, sentence);
  const request = await readCertificateRequest(pem);
  if (!request)
    throw refuse('This is no certificate request (PKCS#10, in PEM). Give the file that `csr` wrote.');
  const { commonName, publicKey, publicKeyPem, isSigned } = request;
  if (publicKey.asymmetricKeyType !== 'rsa' || publicKey.asymmetricKeyDetails?.modulusLength !== 2048)
    throw refuse('The key of this request is not RSA with 2048 bits.');
  if (!isSigned) throw refuse('The signature of this request does not hold: it was changed, or badly made.');
  if (commonName !== mchid) throw refuse(`The common name of this request is not ${mchid}.`);
  return publicKeyPem;
}
