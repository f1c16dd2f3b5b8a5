import { ControlRefusal } from './control-refusal.ts';
import { lineOf, type Routes } from './control-routes.ts';
import { isObject, parseJson } from './json.ts';
import type { MerchantPlatform } from './merchant-platform.ts';
import type { Notification, Notifier } from './notifier.ts';
import type { ToldNotification } from './told.ts';
import type { Notice } from './types.ts';

/** What WeChat Pay sends, and where to. */
export const notificationRoutes = (platform: MerchantPlatform, notifier: Notifier): Routes => ({
  'PUT merchants/{mchid}/notify-url': ({ mchid, body }) => void platform.setNotifyUrl(mchid, lineOf(body)),
  'DELETE merchants/{mchid}/notify-url': ({ mchid }) => void platform.setNotifyUrl(mchid, undefined),
  'POST merchants/{mchid}/notifications': ({ mchid, body }) => {
    const notice = noticeIn(body);
    platform.requireReachable(mchid);
    const sent = notifier.notify(mchid, notice);
    return sent && viewOf(sent);
  },
  'GET notifications': () => notifier.notifications.map(viewOf),
});

const viewOf = ({ eventType: event_type, ...rest }: Readonly<Notification>): ToldNotification => ({
  event_type,
  ...rest,
});

function noticeIn(json: string): Notice {
  const { event_type, resource, original_type, associated_data, summary, ...rest } = objectIn(json);
  if (typeof event_type !== 'string' || !isObject(resource) || Object.keys(rest).length > 0)
    throw new ControlRefusal(400, 'notification.shape', {});
  return {
    eventType: event_type,
    resource,
    originalType: textIn(original_type),
    associatedData: textIn(associated_data),
    summary: textIn(summary),
  };
}

function textIn(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new ControlRefusal(400, 'notification.shape', {});
}

function objectIn(json: string): Readonly<Record<string, unknown>> {
  const value = parseJson(json);
  return isObject(value) ? value : {};
}
