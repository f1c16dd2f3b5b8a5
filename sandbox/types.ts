import type { KeyObject } from 'node:crypto';
import type { CheckName, Finding } from './anatomy.ts';
import type { Fault } from './fault.ts';
import type { Host } from './host.ts';

/** Which of WeChat Pay's keys a merchant may name; `both` is the migration from one to the other. */
export type Mode = 'certificate' | 'public-key' | 'both';

/** What `GET /v3/certificates` says to a merchant without platform certificates: sources disagree. */
export type NoCertificateAnswer = 'RESOURCE_NOT_EXISTS' | 'NOT_FOUND' | 'SYSTEM_ERROR';

/** One request as it came in, and what became of it. */
export type Call = {
  /** Counted from 1. */
  readonly n: number;
  /** When it was whole; milliseconds since the epoch. */
  readonly at: number;
  /** The same, and when it was over, by a clock that nobody sets: moment.ts. */
  readonly cameAt: number;
  overAt?: number;
  readonly host: Host;
  readonly method: string;
  /** The request target exactly as sent, query included. */
  readonly path: string;
  /** Names in lower case; a header sent twice is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  mchid?: string;
  nonce?: string;
  timestamp?: string;
  /** Of the merchant certificate; as WeChat Pay writes it, once it is known. */
  serial?: string;
  /** The request's Wechatpay-Serial. */
  platformSerial?: string;
  /** JSON pointer → plaintext of each sensitive field. */
  decrypted?: Readonly<Record<string, string>>;
  /** `undefined` when no (complete) answer was sent. */
  status: number | undefined;
  code?: string;
  /** As answered, error number included. */
  requestId?: string;
  /** The planned fault that it met. */
  fault?: Fault['kind'];
  /** Whether the server did what the request asked, whatever it then answered. */
  processed: boolean;
  /** Those that were made. */
  readonly checks: Partial<Record<CheckName, 'passed' | 'failed'>>;
  /** Of a call that was refused: what is wrong with it, and the pointers of its ciphertexts. */
  findings: readonly Finding[];
  sealed: readonly string[];
  /** What was sent in answer; of a long body the beginning. */
  answer?: Pick<Outgoing, 'status' | 'headers' | 'body'> & { readonly bytes: number };
};

/** A pre-sign that really happened, once. */
export type Presign = {
  readonly mchid: string;
  readonly path: string;
  readonly id: string;
  /** The parsed body with every sensitive field decrypted. */
  readonly body: JsonObject;
  /** SHA-256 of the bytes received, hex. */
  readonly bodyHash: string;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
};

export type ContractState = 'signed' | 'paused' | 'ended';

/** What a user has signed. Times in milliseconds since the epoch. */
export type Contract = {
  readonly id: string;
  readonly kind: ContractKind;
  readonly presign: Presign;
  readonly signedAt: number;
  state: ContractState;
  changedAt: number;
};

/** What the contracts of one product are. */
export type ContractKind = {
  readonly newId: () => string;
  /** WeChat Pay's words for the states. Without one for `paused`, users cannot pause. */
  readonly words: { readonly signed: string; readonly paused?: string; readonly ended: string };
  /** For how many milliseconds a pre-sign can be signed, where a page says so. */
  readonly signableFor?: number;
  /** What the merchant is told of a contract once it has changed to how it stands, where it is told anything. */
  readonly notice?: (contract: Contract) => Notice | undefined;
};

/** What WeChat Pay has to tell a merchant. What is `undefined` is left out of the envelope. */
export type Notice = {
  readonly eventType: string;
  readonly resource: JsonObject;
  readonly originalType?: string | undefined;
  readonly associatedData?: string | undefined;
  readonly summary?: string | undefined;
  /** Seconds from a delivery that failed to the next; default the general schedule. */
  readonly retries?: readonly number[];
};

export type JsonObject = { readonly [name: string]: unknown };

/** A key WeChat Pay signs answers with and merchants encrypt with. */
export type PlatformKey = { readonly id: string; readonly privateKey: KeyObject };

/** What goes on the wire, signature headers and all. */
export type Outgoing = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Sent without a Content-Length. */
  readonly chunked?: boolean | undefined;
};

/** An answer before it is signed. */
export type Answer = {
  readonly status: number;
  readonly body: Buffer;
  readonly signed: boolean;
  readonly contentType?: string;
  readonly code?: string;
  /** WeChat Pay's internal error number, the tail of Request-ID; 0 is success. */
  readonly number?: number;
  readonly headers?: Readonly<Record<string, string>>;
};
