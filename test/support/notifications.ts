import { createCipheriv, type KeyObject, sign } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { notifications } from '../../functions/notifications.ts';
import { createHandler } from '../../lib/compose/notifications.ts';
import { contextFor, type PayloadFormat, payload1, payload2 } from './events.ts';

/** WeChat Pay's side of a notification, written anew: it shares no line with what is under test, nor with the sandbox. */
export type Signer = { serial: string; privateKey: KeyObject };

export type Notification = { headers: Record<string, string>; body: string };

let made = 0;

/** What the AEAD makes of a text, in the shape of `resource`. */
export const seal = (
  text: string,
  apiV3Key: string,
  { nonce = 'fdasfjihihih', associated_data = '', original_type = '' } = {},
) => {
  const cipher = createCipheriv('aes-256-gcm', apiV3Key, nonce);
  cipher.setAAD(Buffer.from(associated_data));
  const sealed = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
  const ciphertext = Buffer.concat(sealed).toString('base64');
  return { original_type, algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data, nonce };
};

/** The body around it, with an id nobody has used before. */
export const envelopeOf = (resource: object, change: object = {}): Record<string, unknown> => {
  made += 1;
  return {
    id: `EV-${2_026_000_000 + made}`,
    create_time: '2026-11-21T14:00:00+08:00',
    resource_type: 'encrypt-resource',
    event_type: 'PAYSCORE.USER_OPEN_SERVICE',
    resource,
    ...change,
  };
};

/** @param at milliseconds since the epoch. */
export const signNotification = (body: string, { serial, privateKey }: Signer, at: number): Notification => {
  const timestamp = String(Math.floor(at / 1000));
  const nonce = 'EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz';
  const message = `${timestamp}\n${nonce}\n${body}\n`;
  return {
    headers: {
      'Content-Type': 'application/json',
      'Wechatpay-Timestamp': timestamp,
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Serial': serial,
      'Wechatpay-Signature': sign('sha256', Buffer.from(message), privateKey).toString('base64'),
      'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
    },
    body,
  };
};

/** The same with other headers, or more. */
export const withHeaders = (
  { headers, body }: Notification,
  change: Record<string, string>,
): Notification => ({ headers: { ...headers, ...change }, body });

export type NotificationAnswer = {
  status: number;
  headers: Record<string, string>;
  body: string | undefined;
};
export type DeliverOptions = { mchid: string; format?: PayloadFormat; base64?: boolean; ms?: number };

/** As API Gateway hands it over. */
export const eventFor = ({ headers, body }: Notification, options: DeliverOptions): object => {
  const { mchid, format = '2.0', base64 = false } = options;
  const path = `/notifications/${mchid}`;
  const request = { path, inPath: { mchid }, body: base64 ? Buffer.from(body) : body, headers };
  return format === '1.0' ? payload1(request) : payload2(request);
};

type Handler = (
  event: object,
  context: Context,
) => Promise<{ statusCode: number; headers: Record<string, string>; body?: string }>;

/** The Lambda, freshly started. */
export const notificationsLambda = (env: Record<string, string>) => {
  const handler = createHandler('notifications', notifications) as unknown as Handler;
  const invoke = async (event: object, ms = 5_000): Promise<NotificationAnswer> => {
    Object.assign(process.env, env);
    const { statusCode, headers, body } = await handler(event, contextFor(ms));
    return { status: statusCode, headers, body };
  };
  return {
    /** An event of API Gateway's, as it is. */
    invoke,
    deliver: (notification: Notification, options: DeliverOptions) =>
      invoke(eventFor(notification, options), options.ms),
  };
};
