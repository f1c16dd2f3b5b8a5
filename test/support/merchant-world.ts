import type { PresignError } from '../../lib/errors.ts';
import type { Download } from '../../lib/merchants/download.ts';
import { downloadKeys } from '../../lib/merchants/download-keys.ts';
import type { SigningPair } from '../../lib/merchants/kms-signer.ts';
import { createMerchants, type MerchantsOptions } from '../../lib/merchants/merchant.ts';
import type { MerchantRecord } from '../../lib/merchants/record.ts';
import type { Registry } from '../../lib/merchants/registry.ts';
import type { Budget } from '../../lib/wechatpay/exchange.ts';
import { storedPublicKey } from './protocol.ts';

export const START = Date.parse('2026-06-15T00:00:00Z');
export const budget: Budget = { remainingMs: () => 10_000 };

/** A merchant's item whose keys have these ids and, but for the ids, are all the same. */
export const recordOf = (
  mchid: string,
  pem: string,
  ids: readonly string[],
  changes: Partial<MerchantRecord> = {},
): MerchantRecord => ({
  mchid,
  certificate_serial: `${mchid}01`,
  signing_key_arn: `arn:key-of-${mchid}-01`,
  platform_keys: Object.fromEntries(ids.map((id) => [id, storedPublicKey(pem)])),
  version: 1,
  ...changes,
});

type Step = () => Promise<void> | void;

/**
 * Everything `createMerchants` talks to, in memory. A read, write or download runs its next step first: to wait, or
 * to throw. What a read answers with is what was there when it was asked.
 */
export const createWorld = (...records: MerchantRecord[]) => createWorldWith(undefined, ...records);

/** @param fetchKeys in place of a download. */
export const createWorldWith = (
  fetchKeys: MerchantsOptions['fetchKeys'] | undefined,
  ...records: MerchantRecord[]
) => {
  const items = new Map(records.map((record) => [record.mchid, record]));
  const log: string[] = [];
  const troubles: [mchid: string, reason: PresignError['reason']][] = [];
  const signed: SigningPair[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const steps = { read: [] as Step[], store: [] as Step[], download: [] as Step[], sign: [] as Step[] };
  const clock = { now: START };
  const claims = new Map<string, number>();
  let downloadable: MerchantRecord['platform_keys'] = {};

  const registry: Registry = {
    read: async (mchid) => {
      log.push(`read ${mchid}`);
      const found = items.get(mchid);
      await steps.read.shift()?.();
      return found;
    },
    create: async () => {
      throw new Error('nobody creates merchants here');
    },
    readItem: async () => {
      throw new Error('nobody asks for drafts here');
    },
    list: () => {
      throw new Error('nobody lists merchants here');
    },
    update: async (record, { platform_keys = {} }) => {
      log.push(`store ${record.mchid}`);
      await steps.store.shift()?.();
      const current = items.get(record.mchid);
      if (current?.version !== record.version) return false;
      items.set(record.mchid, { ...current, platform_keys, version: record.version + 1 });
      return true;
    },
    claimRefresh: async ({ mchid, refreshed_at }, now, until) => {
      if (items.get(mchid)?.refreshed_at !== refreshed_at) return false;
      if (claims.has(mchid) && now < (claims.get(mchid) ?? 0)) return false;
      claims.set(mchid, until);
      return true;
    },
    endRefresh: async (mchid, refreshed_at) => {
      claims.delete(mchid);
      const current = items.get(mchid);
      if (current && refreshed_at) items.set(mchid, { ...current, refreshed_at });
    },
  };
  let leftAside: PresignError | undefined;
  const download: Download = async (merchant, record, _budget, onUnusable) => {
    log.push(`download ${merchant.mchid} ${record.mchid}`);
    await steps.download.shift()?.();
    if (leftAside) onUnusable?.(leftAside);
    return downloadable;
  };
  const merchants = createMerchants({
    registry,
    fetchKeys: fetchKeys ?? downloadKeys(download),
    sign: async (pair, _message, signal) => {
      signed.push(pair);
      signals.push(signal);
      await steps.sign.shift()?.();
      return { mchid: pair.mchid, serial: pair.certificateSerial, signature: pair.signingKeyArn };
    },
    onTrouble: (mchid, { reason }) => void troubles.push([mchid, reason]),
    now: () => clock.now,
  });

  return {
    items,
    /** Who downloads until when; set one to play another process. */
    claims,
    /** What was asked of the registry and of WeChat Pay, in order. */
    log,
    troubles,
    signed,
    signals,
    steps,
    clock,
    lookUp: (mchid: string, itsBudget = budget) => merchants(mchid, itsBudget),
    offer: (keys: MerchantRecord['platform_keys']) => {
      downloadable = keys;
    },
    /** Of each download, a certificate that cannot be used. */
    leaveAside: (error: PresignError) => {
      leftAside = error;
    },
  };
};

/** A step that waits for `open`. */
export const gate = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { step: () => promise, open: resolve };
};

export const failing = (error: Error) => (): never => {
  throw error;
};
