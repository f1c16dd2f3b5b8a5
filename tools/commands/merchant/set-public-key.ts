import type { KeyObject } from 'node:crypto';
import { publicKeyOf } from '../../../lib/merchants/public-key.ts';
import type { MerchantItem } from '../../../lib/merchants/record.ts';
import { type Given, required } from '../../command.ts';
import { Failure } from '../../explain.ts';
import { readInput } from '../../input.ts';
import { confirm } from '../../terminal.ts';
import { type Context, forStage, itemOf, type MerchantCommand, write } from './context.ts';
import { platformPublicKey, samePublicKey } from './pem.ts';

export const idOf = (given: Given): string => {
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

export const publicKeyIds = ({ platform_keys }: MerchantItem): string[] =>
  Object.entries(platform_keys).flatMap(([id, { kind }]) => (kind === 'PUBLIC_KEY' ? [id] : []));

export const without = ({ platform_keys }: MerchantItem, ids: readonly string[]) =>
  Object.fromEntries(Object.entries(platform_keys).filter(([id]) => !ids.includes(id)));

export const setPublicKey: MerchantCommand = {
  help: `Stores the WeChat Pay public key. From then on fields are encrypted with it and answers are asked to be signed with it; platform
certificates stay, so that both verify. First switch the public key on in the merchant platform. Next: check.`,
  mchid: 'required',
  options: {
    id: { value: 'PUB_KEY_ID_…', text: 'its id, as the merchant platform shows it' },
    'public-key-file': { value: 'FILE', text: 'pub_key.pem, downloaded from the merchant platform' },
  },
  changes: true,
  run: async (context, given) => {
    const { mchid } = given;
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
      await confirm(context, question);
    }
    const fetched_at = new Date(context.now()).toISOString();
    const entry = { kind: 'PUBLIC_KEY' as const, pem, fetched_at };
    await write(context, item, { platform_keys: { ...without(item, others), [id]: entry } });
    const lines = [`Merchant ${mchid} uses public key ${id} from now on.`];
    const notes = [`Next: ${forStage(context, `check ${mchid}`)}.`];
    return { ok: true, lines, notes, json: { ...json, changed: true } };
  },
};
