import type { Contracts } from './contracts.ts';
import type { Merchant, Merchants } from './merchants.ts';
import type { Notifier } from './notifier.ts';
import type { Platform } from './platform.ts';
import type { Presigns } from './presigns.ts';
import type { Endpoint } from './rules.ts';
import type { Strictness } from './strictness.ts';
import type { Answer } from './types.ts';

export type World = {
  readonly clock: () => number;
  readonly strictness: Strictness;
  /** Whether a path that is not played is answered 200, once it has been judged. */
  readonly echo: boolean;
  readonly endpoints: Map<string, Endpoint>;
  readonly merchants: Merchants;
  readonly platform: Platform;
  readonly presigns: Presigns;
  readonly contracts: Contracts;
  readonly notifier: Notifier;
};

/**
 * What the server makes of a request. `act` carries it out and is only there when nothing is wrong with it;
 * `merchant` is there as soon as the request's signature held.
 */
export type Judgement =
  | { readonly refusal: Answer; readonly merchant?: Merchant }
  | { readonly merchant: Merchant; readonly act: () => Answer };
