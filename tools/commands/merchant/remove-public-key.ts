import { encryptionKey, platformKeys } from '../../../lib/wechatpay/platform-keys.ts';
import { Failure } from '../../explain.ts';
import { confirm } from '../../terminal.ts';
import { forStage, itemOf, type MerchantCommand, write } from './context.ts';
import { idOf, publicKeyIds, without } from './set-public-key.ts';

export const removePublicKey: MerchantCommand = {
  help: `Removes the WeChat Pay public key, so that platform certificates are used again. Refused when the registry holds none that is
valid now. Switch the public key off in the merchant platform afterwards.`,
  mchid: 'required',
  options: { id: { value: 'PUB_KEY_ID_…', text: 'the id of the public key to remove' } },
  changes: true,
  run: async (context, given) => {
    const { mchid } = given;
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
    await confirm(context, question);
    await write(context, item, { platform_keys });
    const lines = [`Merchant ${mchid} uses platform certificates again.`];
    const notes = [`Next: ${forStage(context, `check ${mchid}`)}.`];
    return { ok: true, lines, notes, json: { ...json, changed: true } };
  },
};
