import type { JsonObject } from '../types.ts';
import type { ProductEndpoint } from './product.ts';

/** What `/__sandbox/product` tells. JSON: what is `undefined` here is absent there. */

export type ToldProduct = { readonly url: string; readonly endpoints: readonly ProductEndpoint[] };

/** A line of the list. */
export type ToldProductRequest = {
  readonly n: number;
  readonly way: 'api' | 'event';
  /** RFC 3339, UTC, by this machine's clock. */
  readonly at: string;
  readonly method: string;
  readonly target: string;
  /** The caller's own: Idempotency-Key, or request_id of an event. */
  readonly id?: string | undefined;
  /** Absent while nobody knows, and where nothing was answered. */
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  /** The type of the event that told the outcome. */
  readonly event?: string | undefined;
  readonly request_id?: string | undefined;
};

/** What happened; `call` is the number of the call to WeChat Pay that it belongs to. */
export type Happened =
  | { readonly step: 'came' }
  /** The message of an event was handed to the product. */
  | { readonly step: 'handed' }
  | {
      readonly step: 'signed';
      /** SHA-256, hex. */
      readonly digest: string;
      readonly key: string;
      /** Absent where what was signed is a part of the answer. */
      readonly call?: number | undefined;
      /** Of what should have been signed. */
      readonly expected?: string | undefined;
    }
  | { readonly step: 'called'; readonly call: number }
  /** Without a status: it broke off. */
  | { readonly step: 'call_over'; readonly call: number; readonly status?: number | undefined }
  | { readonly step: 'answered'; readonly status?: number | undefined };

/** `ms`: since the request came. */
export type ToldStep = Happened & { readonly ms: number };

export type ToldProductField = {
  /** JSON pointer into the body. */
  readonly pointer: string;
  readonly plaintext: string;
  readonly ciphertext: string;
  readonly by: 'product' | 'caller';
};

/** A request, with all that was made of it. */
export type ToldTrace = ToldProductRequest & {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly steps: readonly ToldStep[];
  /** Of the last call. */
  readonly fields: readonly ToldProductField[];
  /** WeChat Pay's answer that the product found genuine, and the key that signed it. */
  readonly verified?: { readonly call: number; readonly serial: string; readonly body: string } | undefined;
  /** The earlier call whose answer was remembered, and told again. */
  readonly replayed?: number | undefined;
  readonly answer?: { readonly headers: Readonly<Record<string, string>>; readonly body: string } | undefined;
  /** What the product logged of it. */
  readonly log: readonly JsonObject[];
};
