import type { SdkMerchant, SdkPlatformKey } from '../support/interop/sdk.ts';
import { startChild } from './child.ts';

/** The merchant of most requests. */
export const MCHID = '1900000001';
/** With it a thousand, once somebody has ordered the crowd. */
export const CROWD = [MCHID, ...Array.from({ length: 999 }, (_, n) => String(1_910_000_000 + n))];
/** One of the crowd that has so many platform keys, all valid. */
export const MANY_KEYS_MCHID = '1920000000';
export const MANY_KEYS = 20;

/** Simulated round trips, in milliseconds. */
export const KMS_MS = 10;
export const WECHATPAY_MS = 60;
/** DynamoDB, and EventBridge. */
export const AWS_MS = 5;

/**
 * `near`, the default: answers as fast as loopback can; `distant`: KMS is KMS_MS away, EventBridge AWS_MS; `crowd`: the
 * merchants of CROWD and MANY_KEYS_MCHID are there from now on.
 */
export type Order = 'near' | 'distant' | 'crowd' | 'clear' | 'counts';
/** `heldMs`: how long each answer of the distant WeChat Pay was held in fact. */
export type Counts = { kms: number; wechatpay: number; dynamodb: number; heldMs: number[] };

export type SdkSetup = { baseURL: string; merchant: SdkMerchant; platformKey: SdkPlatformKey };
/** What the floor is told, instead of asking the registry and the environment. */
export type FloorSetup = {
  baseURL: string;
  kmsUrl: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  mchid: string;
  /** Of the merchant's certificate. */
  serial: string;
  keyArn: string;
  platformKey: SdkPlatformKey;
};
export type Ready = {
  env: Record<string, string>;
  /** As `env`, with WeChat Pay WECHATPAY_MS away and DynamoDB AWS_MS. */
  distantEnv: Record<string, string>;
  sdk: SdkSetup;
  floor: FloorSetup;
  /** As API Gateway hands it over; good for five minutes. */
  notification: object;
};

/** The stand-ins of WeChat Pay, KMS and DynamoDB in another process, with a merchant of ours and one of the SDK's. */
export const startServers = async () => {
  const { first, ask, close } = await startChild<Ready>('./servers.ts');
  return { ...first, order: (order: Order) => ask<Counts>(order), close };
};
export type Servers = Awaited<ReturnType<typeof startServers>>;
