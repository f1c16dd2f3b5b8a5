import type { ServerResponse } from 'node:http';
import type { Language } from './anatomy.ts';
import { parseJson } from './json.ts';
import { readWanted } from './merchant-keys.ts';
import type { MerchantPlatform } from './merchant-platform.ts';
import type { User } from './user.ts';

/** `mchid` and `id` are those of the path. */
export type Asked = {
  readonly mchid: string;
  readonly id: string;
  readonly body: string;
  /** The reader's. */
  readonly language: Language;
};
/** Answers by itself, as long as it likes. */
type Stream = (response: ServerResponse) => void;
export type Said = string | object | Stream | undefined;
/** Answers text or JSON; nothing is 204. */
type Route = (asked: Asked) => Said | Promise<Said>;
/** By method and path below `/__sandbox/`. */
export type Routes = Readonly<Record<string, Route>>;

/** What people do on the merchant platform. */
export const merchantRoutes = (platform: MerchantPlatform): Routes => ({
  'GET merchants': () => platform.list(),
  'POST merchants': ({ body }) => platform.open(readWanted(parseJson(body))),
  'PUT merchants/{mchid}/mode': ({ mchid, body }) => platform.setMode(mchid, lineOf(body)),
  'POST merchants/{mchid}/certificates': ({ mchid, body }) => platform.issue(mchid, body),
  'DELETE merchants/{mchid}/certificates/{id}': ({ mchid, id }) =>
    void platform.revoke(mchid, id.toUpperCase()),
  'GET merchants/{mchid}/public-key': ({ mchid }) => platform.publicKey(mchid).pem,
  'GET merchants/{mchid}/public-key-id': ({ mchid }) => platform.publicKey(mchid).id,
  'PUT merchants/{mchid}/api-v3-key': ({ mchid, body }) => void platform.setApiV3Key(mchid, lineOf(body)),
});

/** Editors end a file with a line feed, which is no part of what is in it. */
export const lineOf = (body: string): string => body.replace(/\r?\n$/, '');

/** What users do in WeChat. */
export const userRoutes = (user: User): Routes => ({
  'GET presigns': ({ language }) => user.presigns(language),
  'POST presigns/{id}/sign': ({ id }) => user.sign(id),
  'POST presigns/{id}/give-up': ({ id }) => void user.giveUp(id),
  'GET contracts': () => user.contracts(),
  'POST contracts/{id}/pause': ({ id }) => user.pause(id),
  'POST contracts/{id}/resume': ({ id }) => user.resume(id),
  'POST contracts/{id}/end': ({ id }) => user.end(id),
});
