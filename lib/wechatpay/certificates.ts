import { X509Certificate } from 'node:crypto';
import * as z from 'zod/mini';
import { asPresignError, fault, type PresignError } from '../errors.ts';
import { AEAD, openSealed } from './aead.ts';
import type { Budget, Exchange, Merchant } from './exchange.ts';
import {
  encryptionKey,
  type PlatformKeys,
  platformKeys,
  requireUsable,
  type StoredPlatformKey,
} from './platform-keys.ts';
import type { HttpResponse } from './transport.ts';

/** One documented sample has a trailing space in a name and an integer for a time: times are taken where they can be read. */
const certificateList = z.object({
  data: z.array(
    z.object({
      serial_no: z.string(),
      effective_time: z.optional(z.unknown()),
      expire_time: z.optional(z.unknown()),
      encrypt_certificate: z.object({
        algorithm: z.literal(AEAD),
        nonce: z.string(),
        associated_data: z.optional(z.string()),
        ciphertext: z.string(),
      }),
    }),
  ),
});
type Listed = z.infer<typeof certificateList>['data'][number];

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
const describeKey = (
  { effective_time, expire_time }: Listed,
  pem: string,
  fetchedAt: string,
): [string, StoredPlatformKey] => {
  const { serialNumber, publicKey, validFromDate, validToDate } = new X509Certificate(pem);
  requireUsable(publicKey);
  const notBefore = Math.max(validFromDate.getTime(), timeOf(effective_time, validFromDate));
  const notAfter = Math.min(validToDate.getTime(), timeOf(expire_time, validToDate));
  const iso = (time: number) => new Date(time).toISOString();
  const key = { kind: 'CERTIFICATE' as const, pem, not_before: iso(notBefore), not_after: iso(notAfter) };
  return [serialNumber, { ...key, fetched_at: fetchedAt }];
};

type Unsealed = { keys: Record<string, StoredPlatformKey>; unusable: PresignError[] };

/** The certificates that an answer carries, by serial. One that cannot be used keeps nobody from the others. */
const unseal = (response: HttpResponse, apiV3Key: Buffer, fetchedAt: string): Unsealed => {
  const unusable: PresignError[] = [];
  let opened = false;
  const { data } = parse(response);
  const keys = data.flatMap((listed) => {
    try {
      // Authenticates WeChat Pay before any of its keys is known.
      const pem = openSealed(listed.encrypt_certificate, apiV3Key).toString('utf8');
      opened = true;
      return [describeKey(listed, pem, fetchedAt)];
    } catch (cause) {
      unusable.push(fault('SERVICE_UNAVAILABLE', 'platform_key_unusable', { cause }));
      return [];
    }
  });
  // Almost always an APIv3 key that was changed on the merchant platform and not here.
  if (!opened && unusable[0] !== undefined)
    throw fault('SERVICE_UNAVAILABLE', 'merchant_misconfigured', {
      cause: unusable[0].cause,
      retryAfter: 60,
    });
  return { keys: Object.fromEntries(keys), unusable };
};

/** How WeChat Pay says that a merchant has no platform certificates, but the public key only, which is normal. */
export const saysNoCertificates = ({ reason, status, code }: PresignError): boolean =>
  reason === 'wechatpay_refused' &&
  (status === 404 || code === 'NOT_FOUND' || code === 'RESOURCE_NOT_EXISTS');

/**
 * Whether a refused download means that there are no certificates, of a merchant that has none. WeChat Pay answers
 * some of those that use the public key with 500.
 */
const isNormalWithout = (keys: PlatformKeys, error: PresignError): boolean =>
  saysNoCertificates(error) || (error.reason === 'wechatpay_server_error' && keys.size > 0);

/** Told of each certificate of a download that is left aside. */
export type OnUnusable = (error: PresignError) => void;

/**
 * Downloads the platform certificates of a merchant (GET /v3/certificates), decrypts them and verifies the very
 * answer that carried them by one of them, so nothing is trusted on TLS alone. That there are none is believed of a
 * verified answer, or of any when the merchant has none: else whoever can answer could let certificates end.
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
    onUnusable: OnUnusable = () => {},
  ): Promise<Record<string, StoredPlatformKey>> => {
    const fetchedAt = new Date(now()).toISOString();
    let fetched: Unsealed = { keys: {}, unusable: [] };
    const keysIn = (response: HttpResponse): PlatformKeys => {
      fetched = unseal(response, apiV3Key, fetchedAt);
      return new Map([...merchant.keys(), ...platformKeys(fetched.keys)]);
    };
    const withoutRefresh = { ...merchant, refreshKeys: async () => merchant.keys() };
    const hasCertificates = [...merchant.keys().values()].some(
      ({ kind, notAfter }) => kind === 'CERTIFICATE' && now() < notAfter,
    );
    try {
      await exchange(withoutRefresh, {
        method: 'GET',
        path: '/v3/certificates',
        body: Buffer.alloc(0),
        platformSerial: encryptionKey(merchant.keys(), now())?.id,
        submitted: [],
        keysIn,
        ...(hasCertificates ? { expects: saysNoCertificates } : {}),
        ...budget,
      });
    } catch (error) {
      if (hasCertificates || !isNormalWithout(merchant.keys(), asPresignError(error))) throw error;
      return {};
    }
    fetched.unusable.forEach(onUnusable);
    return Object.fromEntries(
      Object.entries(fetched.keys).filter(([, { not_after }]) => now() < Date.parse(not_after ?? '')),
    );
  };
