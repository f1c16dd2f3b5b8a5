import { asPresignError, fault } from '../errors.ts';
import type { Budget } from '../wechatpay/exchange.ts';
import type { KnownMerchant, Merchants } from './merchant.ts';

export type ActAsOptions = {
  merchants: Merchants;
  defaultMchid: string | undefined;
  /** Resolves when the default merchant has been looked for ahead of the first request. */
  ready?: Promise<unknown> | undefined;
};

/**
 * Does `work` as the merchant that a caller named, or as the default one. Resolves with what comes of it and who that
 * was; rejects with a PresignError that says who it was, once the registry knows.
 */
export type ActAs = <T extends object>(
  mchid: string | undefined,
  budget: Budget,
  work: (merchant: KnownMerchant) => Promise<T>,
) => Promise<T & { mchid: string }>;

export const createActAs =
  ({ merchants, defaultMchid, ready }: ActAsOptions): ActAs =>
  async (mchid = defaultMchid, budget, work) => {
    if (mchid === undefined) throw fault('NO_AUTH', 'merchant_unknown');
    try {
      if (mchid === defaultMchid) await ready;
      const merchant = await merchants(mchid, budget);
      const done = await work(merchant).catch((thrown: unknown) => {
        merchant.doubt(asPresignError(thrown));
        throw thrown;
      });
      return { ...done, mchid };
    } catch (thrown) {
      const error = asPresignError(thrown);
      if (error.reason !== 'merchant_unknown') error.mchid = mchid;
      throw error;
    }
  };
