import { join } from 'node:path';
import { describeMerchant, type WantedMerchant } from '../merchant-keys.ts';
import { readCertificate } from '../write-certificate.ts';
import type { Folder } from './folder.ts';
import type { Keyring } from './keyring.ts';

export const CONFIG = 'config.json';
const CA = 'ca.pem';
const PLATFORM = 'wechatpay_cert.pem';
const PRIVATE_KEY = 'apiclient_key.pem';
const CERTIFICATE = 'apiclient_cert.pem';
const PUBLIC_KEY = 'pub_key.pem';

/** What a folder must not hold yet when keys are first made for it: somebody may keep a real merchant's there. */
export const KEY_FILES: readonly string[] = [CA, PLATFORM, PRIVATE_KEY, CERTIFICATE, PUBLIC_KEY];

/** By the names that merchants know from the real ones. @returns the config without its URLs */
export async function writeFiles(folder: Folder, wanted: readonly WantedMerchant[], keyring: Keyring) {
  await folder.write(CA, keyring.tls.caPem);
  await folder.write(PLATFORM, keyring.platform.certificatePem);
  const merchants = [];
  for (const [index, one] of wanted.entries())
    merchants.push(await writeMerchant(folder, index === 0 ? '' : one.mchid, one, keyring));
  const { serial } = readCertificate(keyring.platform.certificatePem);
  const [first] = merchants;
  return { ...first, caFile: CA, platformSerial: serial, platformCertificateFile: PLATFORM, merchants };
}

/** The first merchant's files lie in the folder itself, those of others in one by their number. */
async function writeMerchant(folder: Folder, at: string, wanted: WantedMerchant, { merchants }: Keyring) {
  const keys = merchants[wanted.mchid];
  if (!keys) throw new TypeError(`no keys of ${wanted.mchid}`);
  const { certificatePem, privateKeyPem, publicKeyPem, ...rest } = describeMerchant(wanted, keys);
  const files = {
    privateKeyFile: [PRIVATE_KEY, privateKeyPem],
    certificateFile: [CERTIFICATE, certificatePem],
    publicKeyFile: [PUBLIC_KEY, publicKeyPem],
  } as const;
  const names: Record<string, string> = {};
  for (const [member, [name, text]] of Object.entries(files)) {
    if (text === undefined) continue;
    const file = join(at, name);
    names[member] = file;
    await folder.write(file, text);
  }
  return { ...rest, ...names };
}
