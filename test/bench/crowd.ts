import { X509Certificate } from 'node:crypto';
import { issueCertificate } from '../../sandbox/pki.ts';
import type { Stack } from '../aws/stack.ts';
import { CROWD, MANY_KEYS, MANY_KEYS_MCHID, MCHID } from './server-process.ts';

const YEAR = 365 * 24 * 60 * 60 * 1000;

/** A thousand merchants, and one with many platform keys, all with the key of KMS of one: RSA keys take long to make. */
export const addCrowd = async (stack: Stack, key: { arn: string; publicKeyPem: string }): Promise<void> => {
  for (const mchid of CROWD) if (mchid !== MCHID) await stack.addMerchant({ mchid, key });
  const record = await stack.addMerchant({ mchid: MANY_KEYS_MCHID, key });
  const [newest] = Object.values(record.platform_keys);
  if (newest === undefined) throw new Error('no platform certificate');
  const publicKeyPem = new X509Certificate(newest.pem).publicKey
    .export({ format: 'pem', type: 'spki' })
    .toString();
  // Older than the one in use, so that it stays the one to encrypt with.
  const notBefore = new Date(Date.now() - YEAR);
  const issue = { ca: stack.wechatpay.ca, commonName: 'Tenpay.com sign', publicKeyPem, notBefore };
  const elder = await Promise.all(Array.from({ length: MANY_KEYS - 1 }, () => issueCertificate(issue)));
  const { fetched_at } = newest;
  const stored = elder.map(
    ({ serial, certificatePem: pem }) => [serial, { kind: 'CERTIFICATE', pem, fetched_at }] as const,
  );
  const platform_keys = { ...Object.fromEntries(stored), ...record.platform_keys };
  if (!(await stack.registry.update(record, { platform_keys }))) throw new Error('the keys were not stored');
};
