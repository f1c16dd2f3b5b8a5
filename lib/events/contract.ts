import * as z from 'zod/mini';
import { type Endpoint, pascal } from '../endpoint.ts';
import { MCHID } from '../merchants/record.ts';
import { NOT_DIGITS, NOT_VISIBLE } from '../rules.ts';
import { code } from '../schema.ts';

/** `source` of every event this service publishes. */
export const SOURCE = 'wechatpay-presign';

/** What becomes of a request: asked for by somebody, answered by us. */
export type EventKind = 'Requested' | 'Succeeded' | 'Failed';

/** `detail-type` of an endpoint's events. */
export const detailType = ({ name }: Pick<Endpoint, 'name'>, kind: EventKind): string =>
  `${pascal(name)}${kind}`;

export const requestId = code(64, /^[!-~]+$/, NOT_VISIBLE, {
  description:
    "The caller's own id of this pre-sign, unique per endpoint and merchant. It is logged and comes back with the outcome, so it must not be personal data.",
  examples: ['enrolment-2026-000001'],
});

const mchid = code(32, MCHID, NOT_DIGITS, {
  description: 'The merchant to sign as; without it the default merchant of the deployment.',
  examples: ['1900000001'],
});

/** `detail` of an event that asks for a pre-sign. */
export const requestedDetail = ({ request }: Endpoint) =>
  z.strictObject({ request_id: requestId, mchid: z.optional(mchid), body: request });

/** Whether an outcome can name it, be it right or not: what has no such id can be answered by nobody. */
export const isAnswerable = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 64;
export const isRequestId = (value: unknown): value is string => requestId.safeParse(value).success;
export const isMchid = (value: unknown): value is string => mchid.safeParse(value).success;

/** What an outcome answers. `mchid` is absent when neither the event nor the deployment names one. */
export type Correlation = { request_id: string; mchid?: string };
