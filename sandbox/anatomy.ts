import type { Host } from './host.ts';

/**
 * What `/__sandbox/calls` and `/__sandbox/events` tell of a call, for people who look for what is wrong with theirs. JSON:
 * what is `undefined` here is absent there.
 */

export type Language = 'zh-CN' | 'en';

/** In the order in which they are made. */
export const CHECKS = [
  'route',
  'headers',
  'authorization',
  'certificate',
  'clock',
  'nonce',
  'signature',
  'platform_key',
  'body',
  'fields',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** `skipped`: an earlier one failed, or this kind of call does not need it. */
export type Check = { readonly name: CheckName; readonly outcome: 'passed' | 'failed' | 'skipped' };

/** Each way to go wrong, with what its sentence names. None of the values was submitted as personal data. */
export type FindingParameters = {
  'path.not_played': object;
  'header.missing': { name: string };
  'header.content_type': object;
  'authorization.missing': object;
  'authorization.scheme': object;
  'authorization.items': { missing: string };
  'authorization.format': object;
  'mchid.unknown': { mchid: string };
  /** The serial of one of WeChat Pay's keys, where the merchant's own belongs. */
  'serial.platform': { serial: string };
  'serial.other_merchant': { serial: string; mchid: string };
  /** A good serial, written as a decimal number. */
  'serial.decimal': { known: string };
  /** A good serial, with colons, blanks or 0x. */
  'serial.format': { known: string };
  'serial.unknown': { known: string };
  'certificate.expired': { serial: string };
  'certificate.not_yet_valid': { serial: string };
  'timestamp.milliseconds': object;
  'timestamp.not_a_number': object;
  /** The caller's clock. */
  'timestamp.behind': { seconds: number };
  'timestamp.ahead': { seconds: number };
  'nonce.format': object;
  'nonce.used': object;
  'signature.hex': object;
  'signature.base64url': object;
  'signature.base64_twice': object;
  /** Good base64 but for padding, blanks or what lies around it. */
  'signature.base64_format': object;
  /** Not the length that an RSA-2048 key makes. */
  'signature.length': { bytes: number };
  'signature.pss': object;
  'signature.hash': { hash: string };
  'signature.no_digest_info': object;
  'key.other_serial': { serial: string; named: string };
  'key.other_merchant': { mchid: string; serial: string };
  'key.unknown': { named: string };
  'message.method': { method: string };
  'message.url_without_query': object;
  'message.url_with_host': object;
  'message.url_decoded': object;
  'message.url_encoded_twice': object;
  'message.url_slash': object;
  'message.no_last_newline': object;
  'message.literal_newlines': object;
  'message.crlf': object;
  'message.order': object;
  'message.no_body': object;
  'message.body_reserialised': { style: string };
  'message.body_encoded_twice': object;
  'message.body_trimmed': object;
  /** The key is right; what was signed is something that was not guessed. */
  'message.other': object;
  'body.encoded_twice': object;
  'body.not_json': object;
  'platform_key.missing': object;
  'platform_key.merchant_serial': { serial: string };
  /** The public key of another merchant. */
  'platform_key.other_merchant': { serial: string; mchid: string };
  'platform_key.mode': { serial: string; mode: string };
  'platform_key.unknown': { serial: string };
  'field.plaintext': { pointer: string };
  'field.encoding': { pointer: string; encoding: string };
  'field.oaep_hash': { pointer: string; hash: string };
  'field.pkcs1_padding': { pointer: string };
  /** Encrypted for another of WeChat Pay's keys than the one that Wechatpay-Serial names. */
  'field.other_key': { pointer: string; used: string; named: string };
  'field.own_certificate': { pointer: string; serial: string };
  'field.unknown_key': { pointer: string; named: string };
};
export type FindingCode = keyof FindingParameters;

export type Finding = {
  readonly [Code in FindingCode]: { readonly code: Code; readonly params: FindingParameters[Code] };
}[FindingCode];

/** A finding as it is told. */
export type ToldFinding = Finding & { readonly texts: Readonly<Record<Language, string>> };

/** A line of the list of calls, and of the event `call`. */
export type CallSummary = {
  /** Counted from 1; never used again. */
  readonly n: number;
  /** RFC 3339, UTC, by the stand-in's clock. */
  readonly at: string;
  readonly host: Host;
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly mchid?: string | undefined;
  /** Absent when no whole answer was sent. */
  readonly status?: number | undefined;
  /** WeChat Pay's error code, of a refusal. */
  readonly code?: string | undefined;
  readonly request_id?: string | undefined;
  /** The kind of the planned fault that it met. */
  readonly fault?: string | undefined;
  /** Whether what was asked for has been done, whatever was answered. */
  readonly processed: boolean;
  readonly findings: readonly ToldFinding[];
};

/** Bytes of a body as text. */
export type Content = {
  readonly bytes: number;
  /** UTF-8; base64 where it is none. At most 65,536 bytes of it. */
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
};

export type FieldAnatomy = {
  /** JSON pointer into the body. */
  readonly pointer: string;
  /** Absent when it could not be decrypted; the findings say why. */
  readonly plaintext?: string | undefined;
};

export type CallAnatomy = CallSummary & {
  /** Names in lower case, Authorization and all. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Content;
  /** The Authorization header taken apart, where that can be done. */
  readonly authorization?:
    | { readonly scheme: string; readonly items: Readonly<Record<string, string>> }
    | undefined;
  /** What the merchant should have signed, its five newlines included. */
  readonly message?: string | undefined;
  /** Of the certificate that was looked up. */
  readonly certificate_serial?: string | undefined;
  /** The request's Wechatpay-Serial. */
  readonly platform_serial?: string | undefined;
  readonly checks: readonly Check[];
  readonly fields: readonly FieldAnatomy[];
  /** The number of the product's request that it was made for, where the product runs beside. */
  readonly product?: number | undefined;
  readonly answer?:
    | {
        readonly status: number;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: Content;
        /** What WeChat Pay signed, when the answer carries a signature. */
        readonly message?: string | undefined;
      }
    | undefined;
};

/**
 * The server-sent events of `GET /__sandbox/events`: by name, their data. `call` comes when a call is over; `change` when
 * something was done under `/__sandbox/`; `product` when there is something new to read at `product/requests`.
 */
export type SandboxEvents = {
  readonly call: CallSummary;
  readonly change: { readonly method: string; readonly path: string };
  readonly product: object;
};
