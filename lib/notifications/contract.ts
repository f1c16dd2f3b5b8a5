import type * as z from 'zod/mini';

/** A notification of WeChat Pay's that has an event of its own. */
export type KnownEvent = {
  /** `detail-type` of the event. */
  name: string;
  /** WeChat Pay's own. Products may share one: the members of the resource then tell them apart. */
  eventType: string;
  /** One line for the documentation. */
  summary: string;
  documentation: `https://${string}`;
  /** z.looseObject: WeChat Pay may add members at any time. */
  resource: z.ZodMiniType<object>;
};

export type Notifications = {
  /** `{mchid}` is the merchant that WeChat Pay was given the URL for. */
  path: `/${string}/{mchid}`;
  events: readonly KnownEvent[];
};

/** `detail-type` of every verified notification that is none of the known ones. */
export const OTHER = 'WechatPayNotificationReceived';

/** All `detail-type`s there are. */
export const detailTypesOf = ({ events }: Notifications): string[] => [
  ...events.map(({ name }) => name),
  OTHER,
];
