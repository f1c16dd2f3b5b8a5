import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { randomText } from './answer.ts';
import { ControlRefusal } from './control-refusal.ts';
import { isObject } from './json.ts';
import { makePublicKey, type NewMerchant, type PublicKey } from './merchants.ts';
import { isNotifyUrl } from './notify-url.ts';
import { type Ca, issueCertificate } from './pki.ts';
import type { ToldKeys } from './told.ts';
import type { Mode } from './types.ts';

/** Of a merchant that somebody asks for, what they want it to have; the rest is made. */
export type WantedMerchant = {
  readonly mchid: string;
  readonly mode: Mode;
  readonly apiV3Key?: string;
  readonly notifyUrl?: string;
  /** Issued elsewhere, for a key that is elsewhere too. */
  readonly certificatePem?: string;
};

/** All keys of a merchant, as they are kept. */
export type MerchantKeys = {
  readonly apiV3Key: string;
  readonly certificatePem: string;
  /** Of a merchant whose key was made here. */
  readonly privateKeyPem?: string | undefined;
  readonly publicKey?: { readonly id: string; readonly privateKeyPem: string } | undefined;
};

type OwnKeys = Pick<MerchantKeys, 'certificatePem' | 'privateKeyPem'>;

export const MODES = ['certificate', 'public-key', 'both'] as const satisfies Mode[];

const RULES: Readonly<Record<keyof WantedMerchant, (value: string) => boolean>> = {
  mchid: (value) => /^\d{8,12}$/.test(value),
  mode: (value) => MODES.some((mode) => mode === value),
  apiV3Key: (value) => /^[0-9A-Za-z]{32}$/.test(value),
  notifyUrl: isNotifyUrl,
  certificatePem: (value) => value.includes('-----BEGIN CERTIFICATE-----'),
};

/** @throws ControlRefusal for anything else than such an object. */
export function readWanted(value: unknown): WantedMerchant {
  const given = { mode: 'both', ...(isObject(value) ? value : {}) };
  const isWrong = ([name, text]: [string, unknown]): boolean =>
    !Object.hasOwn(RULES, name) || typeof text !== 'string' || !RULES[name as keyof WantedMerchant](text);
  if (!('mchid' in given) || Object.entries(given).some(isWrong))
    throw new ControlRefusal(400, 'merchant.shape', {});
  return given as WantedMerchant & typeof given;
}

/** What is kept is taken again; what is missing is made. */
export async function completeKeys(
  { mchid, mode, apiV3Key, certificatePem }: WantedMerchant,
  ca: Ca,
  kept?: MerchantKeys,
): Promise<MerchantKeys> {
  const own: OwnKeys | undefined = certificatePem === undefined ? kept : { certificatePem };
  const { certificatePem: certificate, privateKeyPem }: OwnKeys =
    own ?? (await issueCertificate({ ca, commonName: mchid }));
  const isNew = mode !== 'certificate' && !kept?.publicKey;
  return {
    apiV3Key: apiV3Key ?? kept?.apiV3Key ?? randomText(32),
    certificatePem: certificate,
    privateKeyPem,
    publicKey: isNew ? keep(await makePublicKey(mchid)) : kept?.publicKey,
  };
}

const keep = ({ id, privateKey }: PublicKey) => ({
  id,
  privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
});

/** The merchant of these keys. */
export function merchantOf({ mchid, mode }: WantedMerchant, keys: MerchantKeys): NewMerchant {
  const { apiV3Key, certificatePem, privateKeyPem, publicKey } = keys;
  return {
    mchid,
    mode,
    apiV3Key,
    certificatePem,
    ...(privateKeyPem === undefined ? {} : { privateKey: createPrivateKey(privateKeyPem) }),
    ...(publicKey
      ? {
          publicKey: {
            id: publicKey.id,
            privateKey: createPrivateKey(publicKey.privateKeyPem),
            pem: publicPemOf(publicKey.privateKeyPem),
          },
        }
      : {}),
  };
}

const publicPemOf = (privateKeyPem: string): string =>
  createPublicKey(privateKeyPem).export({ format: 'pem', type: 'spki' }).toString();

/** What a client has to be told. */
export function describeMerchant({ mchid, mode, notifyUrl }: WantedMerchant, keys: MerchantKeys): ToldKeys {
  const { apiV3Key, certificatePem, privateKeyPem, publicKey } = keys;
  const usable = mode === 'certificate' ? undefined : publicKey;
  return {
    mchid,
    mode,
    serial: new X509Certificate(certificatePem).serialNumber,
    apiV3Key,
    publicKeyId: usable?.id,
    notifyUrl,
    certificatePem,
    privateKeyPem,
    publicKeyPem: usable && publicPemOf(usable.privateKeyPem),
  };
}
