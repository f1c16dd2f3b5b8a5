import type { JsonObject } from '../types.ts';

/**
 * A product that calls WeChat Pay, and runs beside the stand-in: what whoever started both has seen of it, and how it is
 * asked. Moments are those of moment.ts.
 */
export type Product = {
  /** Nothing before it can be asked. */
  readonly reach: () => ProductReach | undefined;
  /** The latest, oldest first. */
  readonly requests: () => readonly ProductRequest[];
  readonly signatures: () => readonly ProductSignature[];
  readonly lines: () => readonly ProductLine[];
  /** Forgets what was seen so far. */
  readonly clear: () => void;
  /** Hears that there is something new. @returns what ends it */
  readonly subscribe: (listener: () => void) => () => void;
};

export type ProductReach = {
  /** The URL that endpoints' paths follow. */
  readonly url: string;
  readonly endpoints: readonly ProductEndpoint[];
  readonly call: (asked: ProductCall) => Promise<ProductAnswer>;
  /** Asks by an event. @returns the id that its outcome will carry */
  readonly publish: (name: string, body: JsonObject) => Promise<string>;
};

/** What the product does for its callers, on the path of WeChat Pay's own. */
export type ProductEndpoint = {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Whether it can be asked by an event. */
  readonly byEvent: boolean;
};

export type ProductCall = {
  readonly method: string;
  readonly target: string;
  readonly body?: JsonObject | undefined;
};

export type ProductAnswer = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What somebody asked the product for. */
export type ProductRequest = {
  /** Counted from 1; never used again. */
  readonly n: number;
  readonly way: 'api' | 'event';
  readonly cameAt: number;
  readonly method: string;
  /** Path and query, as sent; of an event, the path of its endpoint. */
  readonly target: string;
  /** Names in lower case; an event has none. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The caller's own, of this request. */
  readonly id?: string | undefined;
  /** When the message of an event was handed to the product, each time. */
  readonly handedAt: readonly number[];
  /** Absent while nobody knows. */
  readonly outcome?: ProductOutcome | undefined;
};

/** What the caller was told. Without a status: nothing. */
export type ProductOutcome = Partial<ProductAnswer> & {
  readonly at: number;
  /** The type of the event that told it. */
  readonly event?: string | undefined;
  /** WeChat Pay's Request-ID where there is one; else the product's own. */
  readonly requestId?: string | undefined;
};

/** What the merchant's key was used for. */
export type ProductSignature = {
  readonly at: number;
  /** Its name where it is kept. */
  readonly key: string;
  /** SHA-256, hex. */
  readonly digest: string;
  /** base64 */
  readonly signature: string;
};

/** A line that the product logged. */
export type ProductLine = { readonly at: number; readonly entry: JsonObject };
