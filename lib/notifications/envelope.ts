import * as z from 'zod/mini';
import { fault } from '../errors.ts';
import { AEAD } from '../wechatpay/aead.ts';
import type { KnownEvent, Notifications } from './contract.ts';
import { OTHER } from './contract.ts';

const filled = z.string().check(z.minLength(1));

/**
 * What is needed of a notification's body. Samples of WeChat Pay's own have an empty `original_type` and
 * `associated_data`, or no `summary` (https://pay.weixin.qq.com/doc/v3/partner/4012158358 and 4012160692).
 */
const envelope = z.object({
  id: filled,
  create_time: filled,
  event_type: filled,
  resource: z.object({
    algorithm: z.literal(AEAD),
    nonce: z.string(),
    associated_data: z.optional(z.nullable(z.string())),
    ciphertext: z.string(),
  }),
});
export type Envelope = z.infer<typeof envelope>;

const malformed = (cause: unknown) => fault('BAD_GATEWAY', 'wechatpay_malformed', { cause });

/** @throws TypeError when not all of it is UTF-8. */
const decode = (bytes: Buffer): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/** @throws PresignError BAD_GATEWAY */
export const parseEnvelope = (body: Buffer): Envelope => {
  try {
    return envelope.parse(JSON.parse(decode(body)));
  } catch (cause) {
    throw malformed(cause);
  }
};

/** `text` is passed on as it is, for parsing it rounds large numbers; `value` is to look at. */
export type Resource = { text: string; value: object };

/** @throws PresignError BAD_GATEWAY unless it is a JSON object. */
export const parseResource = (opened: Buffer): Resource => {
  try {
    const text = decode(opened);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new TypeError('the resource of a notification is no object');
    return { text, value };
  } catch (cause) {
    throw malformed(cause);
  }
};

/** The event that tells of a notification. */
export const eventOf = ({ events }: Notifications, { event_type }: Envelope, { value }: Resource): string => {
  const fits = ({ eventType, resource }: KnownEvent): boolean =>
    eventType === event_type && resource.safeParse(value).success;
  return events.find(fits)?.name ?? OTHER;
};

/** Its `detail`, as JSON text. */
export const detailOf = (
  mchid: string,
  { id, event_type, create_time }: Envelope,
  { text }: Resource,
): string => {
  const known = JSON.stringify({ mchid, notification_id: id, event_type, create_time });
  return `${known.slice(0, -1)},"resource":${text}}`;
};
