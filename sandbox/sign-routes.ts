import { constants, createPublicKey, publicEncrypt, randomBytes, sign } from 'node:crypto';
import { ControlRefusal } from './control-refusal.ts';
import type { Routes } from './control-routes.ts';
import { ECHO_PATH, ECHO_RULES } from './echo.ts';
import { isObject, parseJson } from './json.ts';
import type { Merchant, MerchantCertificate } from './merchants.ts';
import { sensitiveFields } from './rules.ts';
import { SCHEME } from './scheme.ts';
import { withPlaintexts } from './sensitive.ts';
import { tellEndpoints } from './tell-endpoints.ts';
import type { SignedCall } from './told.ts';
import type { JsonObject, PlatformKey } from './types.ts';
import type { World } from './world.ts';

/** 256 bytes less what the padding takes. */
const MOST_BYTES = 214;

type Wanted = { readonly method: string; readonly target: string; readonly body?: JsonObject };

/** For who wants to see a good call: what can be asked, and a call made of plaintext, by a merchant whose key is here. */
export const signRoutes = (world: World): Routes => ({
  'GET endpoints': () => tellEndpoints(world.endpoints.values()),
  'POST merchants/{mchid}/sign': ({ mchid, body }) => {
    const merchant = world.merchants.find(mchid);
    if (!merchant) throw new ControlRefusal(404, 'merchant.unknown', { mchid });
    return signCall(merchant, wantedIn(parseJson(body)), world);
  },
});

function wantedIn(value: unknown): Wanted {
  const { method, target, body, ...rest } = isObject(value) ? value : {};
  const isGood =
    (method === 'GET' || method === 'POST') &&
    typeof target === 'string' &&
    /^\/v3\/[\x21-\x7e]*$/.test(target);
  if (!isGood || Object.keys(rest).length > 0 || (body !== undefined && !isObject(body)))
    throw new ControlRefusal(400, 'call.shape', {});
  return { method, target, ...(body === undefined ? {} : { body }) };
}

function signCall(merchant: Merchant, { method, target, body }: Wanted, world: World): SignedCall {
  const key = world.platform.signer(merchant, undefined);
  const members = membersAt(target.replace(/\?.*/, ''), world);
  const text = body === undefined ? '' : JSON.stringify(key ? encryptFields(members, body, key) : body);
  const now = Math.floor(world.clock() / 1000);
  return {
    method,
    target,
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      // Names the key of the ciphertexts; where there are none, the key that shall sign the answer.
      ...(key ? { 'Wechatpay-Serial': key.id } : {}),
      Authorization: authorizationOf(merchant.mchid, certificateOf(merchant, world.clock()), {
        method,
        target,
        text,
        now,
      }),
    },
    body: text,
  };
}

const membersAt = (path: string, { endpoints }: World) =>
  path === ECHO_PATH ? ECHO_RULES.members : (endpoints.get(path)?.members ?? {});

/** The newest whose key was made here. */
function certificateOf({ mchid, certificates }: Merchant, now: number) {
  const usable = [...certificates.values()].filter(
    (one): one is MerchantCertificate & Required<Pick<MerchantCertificate, 'privateKey'>> =>
      one.privateKey !== undefined && one.notBefore <= now && now <= one.notAfter,
  );
  const newest = usable.at(-1);
  if (newest) return newest;
  throw new ControlRefusal(409, 'private_key.missing', { mchid });
}

/** Copies the body; each sensitive field in it is encrypted as WeChat Pay documents (OAEP with SHA-1). */
function encryptFields(
  members: Parameters<typeof sensitiveFields>[0],
  body: JsonObject,
  { privateKey }: PlatformKey,
) {
  const key = createPublicKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const padding = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  const sealed = sensitiveFields(members, body).map(({ pointer, value }) => {
    const plaintext = Buffer.from(value);
    if (plaintext.length > MOST_BYTES)
      throw new ControlRefusal(400, 'field.too_long', { pointer, bytes: MOST_BYTES });
    return [pointer, publicEncrypt(padding, plaintext).toString('base64')];
  });
  return withPlaintexts(body, Object.fromEntries(sealed));
}

type Message = {
  readonly method: string;
  readonly target: string;
  readonly text: string;
  readonly now: number;
};

function authorizationOf(
  mchid: string,
  { serial, privateKey }: Required<Pick<MerchantCertificate, 'serial' | 'privateKey'>>,
  { method, target, text, now }: Message,
): string {
  const nonce = randomBytes(16).toString('hex');
  const message = `${method}\n${target}\n${now}\n${nonce}\n${text}\n`;
  const signature = sign('RSA-SHA256', Buffer.from(message), privateKey).toString('base64');
  const items = { mchid, nonce_str: nonce, signature, timestamp: `${now}`, serial_no: serial };
  const list = Object.entries(items).map(([name, value]) => `${name}="${value}"`);
  return `${SCHEME} ${list.join(',')}`;
}
