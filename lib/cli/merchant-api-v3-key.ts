import { decryptApiV3Key, encryptApiV3Key } from '../merchants/api-v3-key.ts';
import type { MerchantItem } from '../merchants/record.ts';
import { Failure } from './failure.ts';
import { type Command, mchidOf } from './merchant-command.ts';
import { type Context, itemOf, write } from './merchant-context.ts';
import { readSecret } from './prompt.ts';

const OPTION = '--key-file';

/** Editors end a file with a line feed; one is no part of the key. A view, not a copy: wiping one wipes both. */
const withoutLineEnd = (bytes: Buffer): Buffer => {
  const end = bytes.at(-1) !== 10 ? bytes.length : bytes.length - (bytes.at(-2) === 13 ? 2 : 1);
  return bytes.subarray(0, end);
};

const requireKey = (key: Buffer): void => {
  if (key.includes('-----BEGIN')) {
    throw new Failure(
      `${OPTION}: this is a PEM file, not the APIv3 key: 32 characters that you chose on the merchant platform.`,
    );
  }
  if (key.length === 32) return;
  throw new Failure(
    `${OPTION}: an APIv3 key has exactly 32 bytes, this has ${key.length}. You chose it on the merchant platform ` +
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

export const setApiV3Key: Command = {
  summary: 'store the APIv3 key, encrypted',
  mchid: 'required',
  options: {
    'key-file': {
      value: 'FILE',
      text: 'holds the 32 characters; - for standard input; asked for on a terminal when left out',
    },
  },
  help: `Encrypts the merchant's APIv3 key under the stage's data key and stores it. Needed for platform certificates; a merchant that has
the WeChat Pay public key only does without. Next: check.`,
  run: async (context, given) => {
    const mchid = mchidOf(given);
    const item = await itemOf(context, mchid);
    const bytes = await readSecret(context.terminal, {
      option: OPTION,
      path: given.options['key-file'],
      question: 'APIv3 key',
    });
    try {
      const key = withoutLineEnd(bytes);
      requireKey(key);
      if (await isStored(context, item, key)) {
        const lines = [`Merchant ${mchid} has this APIv3 key already.`];
        return { ok: true, lines, json: { mchid, changed: false } };
      }
      await write(context, item, {
        api_v3_key: await encryptApiV3Key(context.kms, context.dataKey, mchid, key),
      });
    } finally {
      bytes.fill(0);
    }
    const lines = [`The APIv3 key of merchant ${mchid} is stored, encrypted.`];
    return { ok: true, lines, notes: [`Next: check ${mchid}.`], json: { mchid, changed: true } };
  },
};
