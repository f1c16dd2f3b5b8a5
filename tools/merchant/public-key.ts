import type { KeyObject } from 'node:crypto';
import { publicKeyOf } from '../../lib/merchants/public-key.ts';
import type { MerchantItem } from '../../lib/merchants/record.ts';
import { encryptionKey, platformKeys } from '../../lib/wechatpay/platform-keys.ts';
import { Failure } from '../failure.ts';
import { confirm } from '../prompt.ts';
import { readInput } from '../read-input.ts';
import { type Command, type Given, mchidOf, required } from './command.ts';
import { type Context, itemOf, write } from './context.ts';
import { platformPublicKey, samePublicKey } from './pem.ts';

const idOf = (given: Given): string => {
  const id = required(given, 'id');
  if (/^PUB_KEY_ID_\d{1,64}$/.test(id)) return id;
  const advice =
    'It begins with PUB_KEY_ID_ and goes on with digits; the merchant platform shows it next to the key (账户中心 → API安全 → 微信支付公钥).';
  if (/^[0-9A-Fa-f]{40}$/.test(id))
    throw new Failure(`--id: this is the serial of a certificate, not the id of a public key. ${advice}`);
  throw new Failure(`--id: this is not the id of a WeChat Pay public key. ${advice}`);
};

/** The mistake most often made with WeChat Pay's keys: the merchant's own public key in their place. */
const requireForeign = async ({ kms }: Context, item: MerchantItem, key: KeyObject): Promise<void> => {
  for (const arn of [item.signing_key_arn, item.pending_signing_key_arn]) {
    if (arn === undefined) continue;
    // Only a precaution: who may not look at the merchant's key can do without.
    const own = await publicKeyOf(kms, arn).catch(() => undefined);
    if (own !== undefined && samePublicKey(own.key, key))
      throw new Failure(
        "--public-key-file: this is the merchant's own public key. Give pub_key.pem, WeChat Pay's.",
      );
  }
};

const publicKeyIds = ({ platform_keys }: MerchantItem): string[] =>
  Object.entries(platform_keys).flatMap(([id, { kind }]) => (kind === 'PUBLIC_KEY' ? [id] : []));

const without = ({ platform_keys }: MerchantItem, ids: readonly string[]) =>
  Object.fromEntries(Object.entries(platform_keys).filter(([id]) => !ids.includes(id)));

export const setPublicKey: Command = {
  summary: 'store the WeChat Pay public key',
  mchid: 'required',
  options: {
    id: { value: 'PUB_KEY_ID_…', text: 'its id, as the merchant platform shows it' },
    'public-key-file': { value: 'FILE', text: 'pub_key.pem, downloaded from the merchant platform' },
  },
  help: `Stores the WeChat Pay public key. From then on fields are encrypted with it and answers are asked to be signed with it; platform
certificates stay, so that both verify. First switch the public key on in the merchant platform. Next: check.`,
  run: async (context, given) => {
    const mchid = mchidOf(given);
    const option = '--public-key-file';
    const id = idOf(given);
    const file = required(given, 'public-key-file');
    const item = await itemOf(context, mchid);
    const { pem, key } = platformPublicKey(await readInput(option, file), option);
    await requireForeign(context, item, key);
    const json = { mchid, id };
    const others = publicKeyIds(item);
    if (others.length === 1 && item.platform_keys[id]?.pem === pem) {
      const lines = [`Merchant ${mchid} has public key ${id} already.`];
      return { ok: true, lines, json: { ...json, changed: false } };
    }
    if (others.length > 0) {
      const question = `Merchant ${mchid} has public key ${others.join(', ')}. It will be replaced.`;
      await confirm(context.terminal, question, context.yes);
    }
    const fetched_at = new Date(context.now()).toISOString();
    const entry = { kind: 'PUBLIC_KEY' as const, pem, fetched_at };
    await write(context, item, { platform_keys: { ...without(item, others), [id]: entry } });
    const lines = [`Merchant ${mchid} uses public key ${id} from now on.`];
    return { ok: true, lines, notes: [`Next: check ${mchid}.`], json: { ...json, changed: true } };
  },
};

export const removePublicKey: Command = {
  summary: 'go back to platform certificates',
  mchid: 'required',
  options: { id: { value: 'PUB_KEY_ID_…', text: 'the id of the public key to remove' } },
  help: `Removes the WeChat Pay public key, so that platform certificates are used again. Refused when the registry holds none that is
valid now. Switch the public key off in the merchant platform afterwards.`,
  run: async (context, given) => {
    const mchid = mchidOf(given);
    const id = idOf(given);
    const item = await itemOf(context, mchid);
    const stored = publicKeyIds(item);
    const json = { mchid, id };
    if (!stored.includes(id)) {
      if (stored.length > 0)
        throw new Failure(`merchant ${mchid} has another public key: ${stored.join(', ')}.`);
      const lines = [`Merchant ${mchid} has no public key; there is nothing to remove.`];
      return { ok: true, lines, json: { ...json, changed: false } };
    }
    const platform_keys = without(item, [id]);
    if (encryptionKey(platformKeys(platform_keys), context.now()) === undefined)
      throw new Failure(
        `merchant ${mchid} has no platform certificate that is valid now: without the public key nothing could be encrypted.`,
      );
    const question = `Merchant ${mchid} will use platform certificates again, without ${id}.`;
    await confirm(context.terminal, question, context.yes);
    await write(context, item, { platform_keys });
    const lines = [`Merchant ${mchid} uses platform certificates again.`];
    return { ok: true, lines, notes: [`Next: check ${mchid}.`], json: { ...json, changed: true } };
  },
};
