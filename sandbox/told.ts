import type { Fault } from './fault.ts';
import type { JsonObject, Mode } from './types.ts';

/** What `/__sandbox/` tells, beside calls (anatomy.ts). JSON: what is `undefined` here is absent there. Times in RFC 3339. */

export type ToldMerchant = {
  readonly mchid: string;
  readonly mode: Mode;
  readonly certificates: readonly {
    readonly serial: string;
    readonly notAfter: string;
    /** Whether its private key is here, so that the stand-in can sign for the merchant. */
    readonly isOurs: boolean;
  }[];
  readonly publicKeyId?: string | undefined;
  readonly notifyUrl?: string | undefined;
};

/** What a client has to be told of a merchant that was made; once. */
export type ToldKeys = {
  readonly mchid: string;
  readonly mode: Mode;
  readonly serial: string;
  readonly apiV3Key: string;
  readonly certificatePem: string;
  readonly privateKeyPem?: string | undefined;
  readonly publicKeyId?: string | undefined;
  readonly publicKeyPem?: string | undefined;
  readonly notifyUrl?: string | undefined;
};

export type ToldCertificate = {
  readonly serial: string;
  readonly not_before: string;
  readonly not_after: string;
  readonly certificate_pem: string;
};

/** How far it is ahead of the machine's; negative, behind. */
export type ToldClock = { readonly now: string; readonly offset_seconds: number };

export type ToldPresign = {
  readonly id: string;
  readonly mchid: string;
  readonly path: string;
  readonly can_be_signed: boolean;
  /** Why not. */
  readonly reason?: string | undefined;
};

export type UserAction = 'pause' | 'resume' | 'end';

export type ToldContract = {
  readonly contract_id: string;
  /** In WeChat Pay's word. */
  readonly state: string;
  readonly presign_id: string;
  readonly mchid: string;
  readonly path: string;
  readonly openid?: unknown;
  readonly out_contract_code?: unknown;
  /** What the user may do with it now. */
  readonly actions: readonly UserAction[];
};

export type Attempt = {
  readonly probe: boolean;
  /** The platform key it was signed with. */
  readonly serial?: string;
  /** What the merchant answered; `error` instead, when it did not. */
  status?: number;
  error?: string;
};

export type ToldNotification = {
  readonly mchid: string;
  readonly id: string;
  readonly event_type: string;
  readonly url: string;
  readonly attempts: readonly Attempt[];
  /** Not there yet while it is tried. */
  readonly outcome?: 'delivered' | 'gave up' | undefined;
};

/** `left`: how many calls it is still to meet; `null` is all. */
export type ToldFault = Fault & { readonly left: number | null };

/** A member of a body, or a parameter, and its rules. `pattern` is a regular expression. */
export type ToldField = {
  readonly name: string;
  readonly kind: 'string' | 'sensitive' | 'boolean' | 'integer' | 'object' | 'array';
  readonly required: boolean;
  /** Characters; of a ciphertext where the kind is `sensitive`. */
  readonly max?: number | undefined;
  /** Characters of the plaintext. */
  readonly plain?: number | undefined;
  readonly pattern?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly members?: readonly ToldField[] | undefined;
  readonly element?: ToldField | undefined;
};

/** What can be asked of WeChat Pay here, and by which rules it is judged. */
export type ToldEndpoint = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly inPath: readonly ToldField[];
  readonly inQuery: readonly ToldField[];
  /** Absent where nothing is sent. */
  readonly body?: readonly ToldField[] | undefined;
  readonly example?: JsonObject | undefined;
};

/** A call as it has to be sent. */
export type SignedCall = {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where there is none. */
  readonly body: string;
};
