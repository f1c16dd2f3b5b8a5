import * as z from 'zod/mini';

/** What the merchant platform calls 商户号. */
export const MCHID = /^[0-9]{1,32}$/;

const platformKey = z.object({
  kind: z.enum(['PUBLIC_KEY', 'CERTIFICATE']),
  pem: z.string(),
  not_before: z.optional(z.string()),
  not_after: z.optional(z.string()),
  fetched_at: z.string(),
});

const serial = z.string().check(z.regex(/^[0-9A-F]{1,40}$/));
const keyArn = z.string().check(z.startsWith('arn:'));

/** Sealed by lib/merchants/api-v3-key.ts. */
const sealedKey = z.custom<Uint8Array>((value) => ArrayBuffer.isView(value));

/** An item of the merchant registry, complete or not. Times are ISO 8601 unless they say otherwise. */
export const merchantItem = z
  .object({
    mchid: z.string().check(z.regex(MCHID)),
    /** A merchant certificate's serial and the KMS key it belongs to: written together or not at all. */
    certificate_serial: z.optional(serial),
    signing_key_arn: z.optional(keyArn),
    /** A key in KMS that has no certificate yet: while a merchant is set up, or its key is being rotated. */
    pending_signing_key_arn: z.optional(keyArn),
    /** Since when a key is being made that is not recorded yet: an interrupted run leaves this behind, and perhaps a key. */
    key_begun_at: z.optional(z.string()),
    /** The pair before the last rotation, kept until somebody lets it go. */
    previous: z.optional(z.object({ certificate_serial: serial, signing_key_arn: keyArn })),
    /** When the merchant's certificate ends. */
    certificate_not_after: z.optional(z.string()),
    /** Absent for a merchant that has the WeChat Pay public key only and is sent no notifications. */
    api_v3_key: z.optional(sealedKey),
    /** The APIv3 key before the last change, kept until somebody lets it go: notifications may still be sealed with it. */
    previous_api_v3_key: z.optional(sealedKey),
    /** By certificate serial or public-key id. */
    platform_keys: z.record(z.string(), platformKey),
    /** When platform certificates were last looked for with success. */
    refreshed_at: z.optional(z.string()),
    /** Milliseconds since the epoch: who downloads certificates just now has claimed them until then. */
    refresh_claimed_until: z.optional(z.number()),
    /** Counts writes; every write names the version it has seen. The two refresh attributes do not count. */
    version: z.int(),
  })
  .check(
    z.refine((item) => (item.certificate_serial === undefined) === (item.signing_key_arn === undefined)),
  );
export type MerchantItem = z.infer<typeof merchantItem>;

type Pair = { certificate_serial: string; signing_key_arn: string };

/** A merchant that can sign: what Lambdas see. */
export type MerchantRecord = MerchantItem & Pair;

export const isComplete = (item: MerchantItem): item is MerchantRecord =>
  item.certificate_serial !== undefined && item.signing_key_arn !== undefined;

type Others = Omit<MerchantItem, 'mchid' | 'version' | keyof Pair | 'refreshed_at' | 'refresh_claimed_until'>;

/** What one write may change; `undefined` removes. Key and serial change together: the type allows nothing else. */
export type MerchantChanges = Partial<Others> & (Pair | { [K in keyof Pair]?: never });
