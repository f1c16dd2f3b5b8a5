import { asPresignError, fault } from '../errors.ts';
import type { KnownMerchant, Merchants } from '../merchants/merchant.ts';
import { MCHID, type MerchantRecord } from '../merchants/record.ts';
import { openSealed } from '../wechatpay/aead.ts';
import type { Budget } from '../wechatpay/exchange.ts';
import { PLATFORM_KEY_ID } from '../wechatpay/platform-keys.ts';
import { readSignature, verifySigned } from '../wechatpay/verifier.ts';
import type { OpenApiV3Key } from './api-v3-keys.ts';
import type { Notifications } from './contract.ts';
import type { Delivery } from './delivery.ts';
import { detailOf, type Envelope, eventOf, parseEnvelope, parseResource } from './envelope.ts';

export type ReceiveOptions = {
  notifications: Notifications;
  merchants: Merchants;
  openApiV3Key: OpenApiV3Key;
  /** Puts an event on the bus; rejects unless the bus took it. */
  publish: (detailType: string, detail: string, signal: AbortSignal) => Promise<void>;
  /** Told when a notification was sealed with the APIv3 key before the last change. */
  onPreviousKey: (mchid: string) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
};

/**
 * Publishes a notification once it is proved to be WeChat Pay's; rejects with a PresignError, and then nothing is on the
 * bus, or perhaps it is, if only the bus's answer was lost. `onEnvelope` is told what a verified one says of itself.
 */
export type Receive = (
  delivery: Delivery,
  budget: Budget & { signal: AbortSignal },
  onEnvelope: (envelope: Envelope) => void,
) => Promise<void>;

/** What costs nothing, before a stranger makes us read the registry. */
const checkAtTheDoor = (delivery: Delivery, now: number): void => {
  const { serial } = readSignature(delivery, now);
  if (!PLATFORM_KEY_ID.test(serial)) throw fault('BAD_GATEWAY', 'verification_unknown_serial');
  if (!MCHID.test(delivery.mchid)) throw fault('NO_AUTH', 'merchant_unknown');
};

/** @returns how verified notifications become events: signature → envelope → AEAD → bus. */
export const createReceive = (options: ReceiveOptions): Receive => {
  const { notifications, merchants, openApiV3Key, publish, onPreviousKey, now = Date.now } = options;

  /**
   * AES-GCM tells which key fits. Users report notifications that were still sealed with the old one days after a new one
   * was set (assumed: nothing of WeChat Pay's says so).
   */
  const open = async (record: MerchantRecord, { resource }: Envelope): Promise<Buffer> => {
    const { mchid, api_v3_key, previous_api_v3_key } = record;
    if (api_v3_key === undefined) throw fault('SERVICE_UNAVAILABLE', 'api_v3_key_missing');
    let cause: unknown;
    for (const sealedKey of [api_v3_key, previous_api_v3_key]) {
      if (sealedKey === undefined) continue;
      const key = await openApiV3Key(mchid, sealedKey);
      try {
        const opened = openSealed(resource, key);
        if (sealedKey === previous_api_v3_key) onPreviousKey(mchid);
        return opened;
      } catch (error) {
        cause = error;
      }
    }
    throw fault('SERVICE_UNAVAILABLE', 'merchant_misconfigured', { cause });
  };

  const receiveFor = async (
    merchant: KnownMerchant,
    delivery: Delivery,
    signal: AbortSignal,
    onEnvelope: (envelope: Envelope) => void,
  ): Promise<void> => {
    const { mchid, refreshKeys } = merchant;
    await verifySigned(delivery, { keys: merchant.keys(), refreshKeys, now });
    const envelope = parseEnvelope(delivery.body);
    onEnvelope(envelope);
    const resource = parseResource(await open(merchant.record(), envelope));
    await publish(eventOf(notifications, envelope, resource), detailOf(mchid, envelope, resource), signal);
  };

  return async (delivery, budget, onEnvelope) => {
    checkAtTheDoor(delivery, now());
    const merchant = await merchants(delivery.mchid, budget);
    return receiveFor(merchant, delivery, budget.signal, onEnvelope).catch((thrown: unknown) => {
      const error = asPresignError(thrown);
      error.mchid = merchant.mchid;
      merchant.doubt(error);
      throw error;
    });
  };
};
