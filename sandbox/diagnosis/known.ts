import type { CheckName, Finding } from '../anatomy.ts';
import type { Merchant } from '../merchants.ts';
import type { SensitiveField } from '../rules.ts';
import type { Call, PlatformKey } from '../types.ts';

/** What came; a check that it passed is not looked at again. */
export type Examined = Pick<Call, 'method' | 'path' | 'headers' | 'body' | 'checks'>;

/** What the stand-in knows, to hold a call against. */
export type Known = {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly merchants: readonly Merchant[];
  /** All that WeChat Pay has, whoever may use them. */
  readonly platformKeys: readonly PlatformKey[];
  /** The key of this id, if this merchant may use it now. */
  readonly usable: (merchant: Merchant, id: string | undefined) => PlatformKey | undefined;
  /** The places of the body where a ciphertext belongs, or seems to be. */
  readonly fields: readonly Pick<SensitiveField, 'pointer' | 'value'>[];
  /** Whether the path is one that the stand-in plays. */
  readonly isPlayed: boolean;
};

/** The five items of an Authorization header. */
export type Items = Readonly<Record<'mchid' | 'nonce_str' | 'serial_no' | 'signature' | 'timestamp', string>>;

export const hasPassed = ({ checks }: Examined, check: CheckName): boolean => checks[check] === 'passed';

export const when = (holds: boolean, finding: () => Finding): Finding[] => (holds ? [finding()] : []);
