import { decryptApiV3Key, encryptApiV3Key } from '../../../lib/merchants/api-v3-key.ts';
import type { MerchantItem } from '../../../lib/merchants/record.ts';
import { Failure } from '../../explain.ts';
import { readSecret } from '../../input.ts';
import { confirm } from '../../terminal.ts';
import { type Context, forStage, itemOf, type MerchantCommand, write } from './context.ts';

const OPTION = '--key-file';

const isLineEnd = (byte: number | undefined): boolean => byte === 10 || byte === 13;

/** Line ends around the key come from editors and pastes. A view, not a copy: wiping one wipes both. */
const withoutLineEnds = (bytes: Buffer): Buffer => {
  let [from, to] = [0, bytes.length];
  while (isLineEnd(bytes[from])) from += 1;
  while (to > from && isLineEnd(bytes[to - 1])) to -= 1;
  return bytes.subarray(from, to);
};

const isLetterOrDigit = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

const nameOf = (byte: number): string => {
  if (byte === 0x20) return 'a blank';
  if (isLineEnd(byte)) return 'a line break';
  return byte < 0x20 || byte === 0x7f ? 'a control character' : 'one that is neither letter nor digit';
};

/** 32 digits and letters of either case: https://pay.weixin.qq.com/docs/partner/development/interface-rules/apiv3key.html */
const requireKey = (key: Buffer): void => {
  if (key.includes('-----BEGIN')) {
    throw new Failure(
      `${OPTION}: this is a PEM file, not the APIv3 key: 32 characters that you chose on the merchant platform.`,
    );
  }
  const wrong = key.find((byte) => !isLetterOrDigit(byte));
  if (key.length === 32 && wrong === undefined) return;
  throw new Failure(
    `${OPTION}: an APIv3 key has exactly 32 characters, letters and digits only. This has ${key.length}` +
      `${wrong === undefined ? '' : `, among them ${nameOf(wrong)}`}. You chose it on the merchant platform ` +
      '(账户中心 → API安全 → APIv3密钥), where it can be set anew but not looked up.',
  );
};

const isStored = async (
  { kms, dataKey }: Context,
  { mchid, api_v3_key }: MerchantItem,
  key: Buffer,
): Promise<boolean> => {
  if (api_v3_key === undefined) return false;
  // Whoever may set the key need not be allowed to read it: then it is simply written again.
  const stored = await decryptApiV3Key(kms, dataKey, mchid, api_v3_key).catch(() => Buffer.alloc(0));
  const same = stored.equals(key);
  stored.fill(0);
  return same;
};

export const setApiV3Key: MerchantCommand = {
  help: `Encrypts the merchant's APIv3 key under the stage's data key and stores it. Needed for platform certificates and
notifications; a merchant that has the WeChat Pay public key only and is sent no notifications does without. A key that is replaced
is kept, for notifications that were sealed with it: retire lets it go. Next: check.`,
  mchid: 'required',
  options: {
    'key-file': {
      value: 'FILE',
      text: 'holds the 32 characters; - for standard input; asked for on a terminal when left out',
    },
  },
  changes: true,
  run: async (context, given) => {
    const { mchid } = given;
    const item = await itemOf(context, mchid);
    const bytes = await readSecret(context.terminal, {
      option: OPTION,
      path: given.options['key-file'],
      question: 'APIv3 key',
      wanted: 'line',
    });
    try {
      const key = withoutLineEnds(bytes);
      requireKey(key);
      if (await isStored(context, item, key)) {
        const lines = [`Merchant ${mchid} has this APIv3 key already.`];
        return { ok: true, lines, json: { mchid, changed: false } };
      }
      if (item.api_v3_key !== undefined) {
        const question = `Merchant ${mchid} has another APIv3 key already. It will be replaced, and kept until retire.`;
        await confirm(context, question);
      }
      await write(context, item, {
        api_v3_key: await encryptApiV3Key(context.kms, context.dataKey, mchid, key),
        ...(item.api_v3_key === undefined ? {} : { previous_api_v3_key: item.api_v3_key }),
      });
    } finally {
      bytes.fill(0);
    }
    const lines = [`The APIv3 key of merchant ${mchid} is stored, encrypted.`];
    const notes = [`Next: ${forStage(context, `check ${mchid}`)}.`];
    return { ok: true, lines, notes, json: { mchid, changed: true } };
  },
};
