import { createPrivateKey, X509Certificate } from 'node:crypto';
import { completeKeys, type MerchantKeys, type WantedMerchant } from '../merchant-keys.ts';
import { type IssuedPair, sharedCa } from '../pki.ts';
import { firstCertificate } from '../platform.ts';
import { makeTlsKeys, type TlsKeys } from '../tls.ts';
import { readCertificate } from '../write-certificate.ts';
import type { Folder } from './folder.ts';
import { CommandError } from './texts.ts';

const FILE = 'sandbox-keys.json';

/** Everything that must be the same again when the sandbox is started again, for clients keep it. */
export type Keyring = {
  readonly tls: TlsKeys;
  readonly platform: { readonly privateKeyPem: string; readonly certificatePem: string };
  readonly merchants: Readonly<Record<string, MerchantKeys>>;
};

/**
 * The keys of the folder, and new ones for whatever has none; written down before anybody can use them.
 * @param files that must not be there while there are no keys
 */
export async function loadKeyring(
  folder: Folder,
  wanted: readonly WantedMerchant[],
  files: readonly string[],
  now: number,
): Promise<Keyring> {
  const kept = (await folder.readOwn(FILE)) as Partial<Keyring> | undefined;
  if (!kept) await folder.requireAbsent(files);
  const ca = await sharedCa();
  const [tls, platform, ...merchants] = await Promise.all([
    kept?.tls ?? makeTlsKeys(now),
    kept?.platform ?? firstCertificate(ca, now),
    ...wanted.map((one) => completeKeys(one, ca, kept?.merchants?.[one.mchid])),
  ]);
  const made = Object.fromEntries(wanted.map(({ mchid }, index) => [mchid, merchants[index]]));
  const { privateKeyPem, certificatePem } = platform;
  const keyring = {
    tls,
    platform: { privateKeyPem, certificatePem },
    merchants: { ...kept?.merchants, ...made },
  } as Keyring;
  requireGood(keyring, folder, now);
  await folder.writeOwn(FILE, keyring);
  return keyring;
}

/** @throws CommandError for keys that cannot be read, and for certificates that have expired. */
function requireGood({ tls, platform, merchants }: Keyring, folder: Folder, now: number): void {
  const pairs = [tls, platform, ...Object.values(merchants)];
  let ends: number[];
  try {
    ends = pairs.map(({ certificatePem, privateKeyPem }) => {
      const certificate = new X509Certificate(certificatePem);
      if (privateKeyPem !== undefined && !certificate.checkPrivateKey(createPrivateKey(privateKeyPem)))
        throw new TypeError('a key and a certificate that do not belong together');
      return readCertificate(certificatePem).notAfter.getTime();
    });
  } catch {
    throw new CommandError('damaged', { file: folder.at(FILE) });
  }
  if (ends.some((end) => end < now)) throw new CommandError('expired', { folder: folder.at('') });
}

export function platformPairOf({ platform: { privateKeyPem, certificatePem } }: Keyring): IssuedPair {
  return { ...readCertificate(certificatePem), privateKeyPem, privateKey: createPrivateKey(privateKeyPem) };
}
