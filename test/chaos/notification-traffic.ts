import {
  envelopeOf,
  type Notification,
  type Signer,
  seal,
  signNotification,
} from '../support/notifications.ts';
import { API_V3_KEY } from '../support/notifications-stack.ts';

export const MERCHANTS = ['1900000001', '1900000002', '1900000003'];

/** A genuine notification, with what must be on the bus of it. */
export type Sent = { mchid: string; body: string; id: string; text: string };
/** One request; `genuine` when it is WeChat Pay's own. */
export type Delivery = { mchid: string; notification: Notification; genuine?: Sent };

const anyOf = <T>(items: readonly [T, ...T[]] | readonly T[], chance: () => number): T =>
  items[Math.floor(chance() * items.length)] as T;

export const makeGenuine = (count: number, chance: () => number): Sent[] =>
  Array.from({ length: count }, (_, n) => {
    const text = `{"contract_id":"C${n}","plan_id":"P","out_contract_code":"O${n}","n":9007199254740993${n}}`;
    const body = envelopeOf(seal(text, API_V3_KEY));
    return { mchid: anyOf(MERCHANTS, chance), body: JSON.stringify(body), id: String(body['id']), text };
  });

export const sign = (genuine: Sent, by: Signer): Delivery => ({
  mchid: genuine.mchid,
  notification: signNotification(genuine.body, by, Date.now()),
  genuine,
});

/**
 * A forgery by somebody who has seen one: another body, an old one, a serial or a signature made up, or, most often, a
 * merchant made up. Its id is on no genuine one. What has WeChat Pay's own signature must fail by what else is wrong.
 */
export const forge = (seen: Sent, by: Signer, chance: () => number): Delivery => {
  const number = Math.floor(chance() * 1e9);
  const body = seen.body.replace('EV-', 'FORGED-');
  const signed = signNotification(body, by, Date.now());
  const withHeaders = (headers: Record<string, string>): Delivery => ({
    mchid: seen.mchid,
    notification: { headers: { ...signed.headers, ...headers }, body },
  });
  const ways = [
    () => ({ mchid: seen.mchid, notification: { ...signNotification(seen.body, by, Date.now()), body } }),
    () => ({ mchid: seen.mchid, notification: signNotification(body, by, Date.now() - 400_000) }),
    () => withHeaders({ 'Wechatpay-Serial': `A${number}`.padEnd(40, 'B') }),
    () => withHeaders({ 'Wechatpay-Signature': Buffer.alloc(256, number).toString('base64') }),
  ];
  const stranger = (): Delivery => ({ mchid: String(2_000_000_000 + number), notification: signed });
  return chance() < 0.6 ? stranger() : anyOf(ways, chance)();
};

export const shuffled = <T>(items: readonly T[], chance: () => number): T[] =>
  items
    .map((item) => ({ item, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** What a storm of notifications must not have done; `details` is what the bus took. */
export const violationsIn = (genuine: readonly Sent[], details: readonly string[]): string[] => {
  const texts = new Map(genuine.map((one) => [one.id, `"resource":${one.text}}`]));
  const told = details.map((detail) => ({
    detail,
    id: (JSON.parse(detail) as { notification_id: string }).notification_id,
  }));
  const ids = new Set(told.map(({ id }) => id));
  const lost = genuine.filter(({ id }) => !ids.has(id)).length;
  const forged = told.filter(({ id }) => !texts.has(id)).length;
  const changed = told.filter(({ id, detail }) => !detail.endsWith(texts.get(id) ?? detail)).length;
  return [
    ...(lost > 0 ? [`${lost} genuine notifications are not on the bus`] : []),
    ...(forged > 0 ? [`${forged} events tell of forged notifications`] : []),
    ...(changed > 0 ? [`${changed} events differ from what was sealed`] : []),
  ];
};
