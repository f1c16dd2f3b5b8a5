import { requestId, signatureHeaders } from './answer.ts';
import { keepLast } from './keep-last.ts';
import type { Merchant, Merchants } from './merchants.ts';
import { sealNotice } from './notice.ts';
import type { Platform } from './platform.ts';
import { post } from './post.ts';
import { signatureProbe } from './scheme.ts';
import type { Attempt } from './told.ts';
import type { Notice } from './types.ts';

/** Seconds; documented for all products that have no schedule of their own. 24 hours and 4 minutes. */
const GENERAL = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600];
/** https://pay.weixin.qq.com/doc/v3/merchant/4012075420: who has not answered by then has not got it. */
const TIME_OUT_MS = 5_000;
const SUCCESS = [200, 204];
/** How often a probe comes first is WeChat Pay's secret; here it can be reckoned on. */
const PROBED = 3;

/** Waits; rejects once the signal is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<unknown>;

export type NotifierOptions = {
  /** How much faster than documented a delivery that failed is repeated. */
  readonly hurry: number;
  /** Whether every third notification of a merchant is preceded by a probe: one whose signature does not hold. */
  readonly probes: 'third' | 'never';
  readonly wait: Wait;
  /** How many of its notifications are remembered. */
  readonly keep: number;
};

export type Notification = {
  readonly mchid: string;
  readonly id: string;
  readonly eventType: string;
  readonly url: string;
  readonly attempts: Attempt[];
  /** Not there yet while it is tried. */
  outcome?: 'delivered' | 'gave up';
};

type Surroundings = {
  readonly clock: () => number;
  readonly closing: AbortSignal;
  readonly merchants: Merchants;
  readonly platform: Platform;
};

type Delivery = {
  readonly notification: Notification;
  readonly merchant: Merchant;
  readonly body: Buffer;
  /** How many-th of the merchant's it is. */
  readonly number: number;
};

export type Notifier = ReturnType<typeof createNotifier>;

/** WeChat Pay's calls to merchants, each until it has been taken or the schedule has come to its end. */
export function createNotifier(around: Surroundings, { hurry, probes, wait, keep }: NotifierOptions) {
  const { clock, closing, merchants } = around;
  const notifications: Notification[] = [];
  const counts = new Map<string, number>();
  const running = new Set<Promise<void>>();

  /** Sends it, if the merchant has an APIv3 key and there is an address. @returns the record that it keeps up to date */
  function notify(mchid: string, notice: Notice, address?: string): Notification | undefined {
    const merchant = merchants.get(mchid);
    const url = address ?? merchant.notifyUrl;
    // Documented: nothing is sent to a merchant who has set no APIv3 key.
    if (url === undefined || !merchant.hasSetApiV3Key) return undefined;
    const { id, body } = sealNotice(notice, merchant.apiV3Key, clock());
    const notification: Notification = { mchid, id, eventType: notice.eventType, url, attempts: [] };
    const number = (counts.get(mchid) ?? 0) + 1;
    counts.set(mchid, number);
    keepLast(notifications, notification, keep);
    const work = deliver({ notification, merchant, body, number }, notice.retries ?? GENERAL);
    running.add(work);
    work.finally(() => running.delete(work));
    return notification;
  }

  /** Ends quietly, with no outcome, when the stand-in closes. */
  async function deliver(delivery: Delivery, retries: readonly number[]): Promise<void> {
    const { notification, number } = delivery;
    for (const [index, seconds] of [0, ...retries].entries()) {
      if (index > 0) await wait((seconds * 1000) / hurry, closing).catch(() => undefined);
      if (closing.aborted) return;
      const probe = index === 0 && probes === 'third' && number % PROBED === 0;
      const attempt = await send(delivery, probe);
      // Assumed: whatever is answered to a probe, the notification itself still comes.
      if (!probe && SUCCESS.includes(attempt.status ?? 0)) {
        notification.outcome = 'delivered';
        return;
      }
    }
    notification.outcome = 'gave up';
  }

  async function send(delivery: Delivery, probe: boolean): Promise<Attempt> {
    const { notification, body } = delivery;
    const key = signerOf(delivery, around.platform);
    const attempt: Attempt = { probe, ...(key ? { serial: key.id } : {}) };
    notification.attempts.push(attempt);
    if (!key) return Object.assign(attempt, { error: 'no platform key is left to sign with' });
    const signature = signatureHeaders(key, body, clock());
    const headers = {
      ...signature,
      ...(probe ? { 'Wechatpay-Signature': signatureProbe() } : {}),
      'User-Agent': 'Mozilla/4.0',
      Accept: '*/*',
      'Content-Type': 'application/json',
      'Content-Length': body.length.toString(),
      'Request-ID': requestId(0),
    };
    return Object.assign(attempt, await answerTo(notification.url, headers, body));
  }

  async function answerTo(url: string, headers: Readonly<Record<string, string>>, body: Buffer) {
    const over = new AbortController();
    const signal = AbortSignal.any([closing, over.signal]);
    const late = () => ({ error: `no answer within ${TIME_OUT_MS / 1000} seconds` });
    try {
      const answered = post(url, headers, body, signal).then((status) => ({ status }));
      return await Promise.race([answered, wait(TIME_OUT_MS, signal).then(late)]);
    } catch (error) {
      return { error: `${error}` };
    } finally {
      over.abort();
    }
  }

  return {
    notify,
    notifications: notifications as readonly Readonly<Notification>[],
    /** Forgets them; what is under way goes on. */
    clear: (): void => void notifications.splice(0),
    /** Once `closing` is aborted: until nothing is under way any more. */
    settle: async (): Promise<void> => void (await Promise.allSettled(running)),
  };
}

/** In `both` mode by turns: the first by a certificate, the second by the public key, with all their deliveries. */
const signerOf = ({ merchant, number }: Delivery, platform: Platform) =>
  platform.signer(merchant, number % 2 === 0 ? merchant.publicKey?.id : undefined);
