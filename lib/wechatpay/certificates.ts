import { createDecipheriv, X509Certificate } from 'node:crypto';
import * as z from 'zod/mini';
import { fault, PresignError } from '../errors.ts';
import type { Budget, Exchange, Merchant } from './exchange.ts';
import { encryptionKey, type PlatformKeys, platformKeys, type StoredPlatformKey } from './platform-keys.ts';
import type { HttpResponse } from './transport.ts';

const TAG_BYTES = 16;

/** One documented sample has a trailing space in a name and an integer for a time: times are taken where they can be read. */
const certificateList = z.object({
  data: z.array(
    z.object({
      serial_no: z.string(),
      effective_time: z.optional(z.unknown()),
      expire_time: z.optional(z.unknown()),
      encrypt_certificate: z.object({
        algorithm: z.literal('AEAD_AES_256_GCM'),
        nonce: z.string(),
        associated_data: z.optional(z.string()),
        ciphertext: z.string(),
      }),
    }),
  ),
});
type Listed = z.infer<typeof certificateList>['data'][number];
type Sealed = Listed['encrypt_certificate'];

/** AEAD_AES_256_GCM under the merchant's APIv3 key: authenticates WeChat Pay before any of its keys is known. */
const open = ({ nonce, associated_data, ciphertext }: Sealed, apiV3Key: Buffer): string => {
  const sealed = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', apiV3Key, Buffer.from(nonce), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(associated_data ?? ''));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
};

const parse = (response: HttpResponse): z.infer<typeof certificateList> => {
  try {
    return certificateList.parse(JSON.parse(response.body.toString('utf8')));
  } catch {
    throw fault('BAD_GATEWAY', 'wechatpay_malformed');
  }
};

const timeOf = (value: unknown, otherwise: Date): number => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? otherwise.getTime() : time;
};

/** The list may end a certificate before the certificate itself says so: that is how WeChat Pay announces a rotation. */
const storable = (
  { effective_time, expire_time }: Listed,
  pem: string,
  fetchedAt: string,
): [string, StoredPlatformKey] => {
  const { serialNumber, validFromDate, validToDate } = new X509Certificate(pem);
  const notBefore = Math.max(validFromDate.getTime(), timeOf(effective_time, validFromDate));
  const notAfter = Math.min(validToDate.getTime(), timeOf(expire_time, validToDate));
  const iso = (time: number) => new Date(time).toISOString();
  const key = { kind: 'CERTIFICATE' as const, pem, not_before: iso(notBefore), not_after: iso(notAfter) };
  return [serialNumber, { ...key, fetched_at: fetchedAt }];
};

/** The certificates that an answer carries, by serial. */
const unseal = (
  response: HttpResponse,
  apiV3Key: Buffer,
  fetchedAt: string,
): Record<string, StoredPlatformKey> => {
  const { data } = parse(response);
  try {
    return Object.fromEntries(
      data.map((listed) => storable(listed, open(listed.encrypt_certificate, apiV3Key), fetchedAt)),
    );
  } catch (cause) {
    // Almost always an APIv3 key that was changed on the merchant platform and not here.
    throw fault('SERVICE_UNAVAILABLE', 'merchant_misconfigured', { cause, retryAfter: 60 });
  }
};

/** How WeChat Pay says that a merchant has the public key only, which is normal. */
const hasNoCertificates = (error: unknown): boolean =>
  error instanceof PresignError &&
  error.reason === 'wechatpay_refused' &&
  (error.status === 404 || error.code === 'NOT_FOUND' || error.code === 'RESOURCE_NOT_EXISTS');

/**
 * Downloads the platform certificates of a merchant (GET /v3/certificates), decrypts them and verifies the very
 * answer that carried them by one of them, so nothing is trusted on TLS alone.
 * @param apiV3Key the 32 bytes set on the merchant platform.
 * @returns certificates by serial, expired ones left out; empty for a merchant in public-key mode.
 * @throws PresignError
 */
export const createCertificateDownload =
  (exchange: Exchange, now: () => number = Date.now) =>
  async (
    merchant: Merchant,
    apiV3Key: Buffer,
    budget: Budget,
  ): Promise<Record<string, StoredPlatformKey>> => {
    const fetchedAt = new Date(now()).toISOString();
    let fetched: Record<string, StoredPlatformKey> = {};
    const keysIn = (response: HttpResponse): PlatformKeys => {
      fetched = unseal(response, apiV3Key, fetchedAt);
      return new Map([...merchant.keys(), ...platformKeys(fetched)]);
    };
    const withoutRefresh = { ...merchant, refreshKeys: async () => merchant.keys() };
    try {
      await exchange(withoutRefresh, {
        method: 'GET',
        path: '/v3/certificates',
        body: Buffer.alloc(0),
        platformSerial: encryptionKey(merchant.keys(), now())?.id,
        submitted: [],
        keysIn,
        ...budget,
      });
    } catch (error) {
      if (hasNoCertificates(error)) return {};
      throw error;
    }
    return Object.fromEntries(
      Object.entries(fetched).filter(([, { not_after }]) => now() < Date.parse(not_after ?? '')),
    );
  };
