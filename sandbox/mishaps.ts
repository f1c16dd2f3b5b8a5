import type { Fault, FaultKind } from './fault.ts';
import { generateRsaKeyPair, randomSerial } from './pki.ts';
import { OTHER, refuse } from './refusals.ts';
import { SIGNATURE_HEADERS, type SignatureHeaders, signatureProbe } from './scheme.ts';
import type { Answer, Outgoing, PlatformKey } from './types.ts';

type Of<K extends FaultKind> = Extract<Fault, { kind: K }>;

type SilentKind = 'reset' | 'hang' | 'reset-after' | 'hang-after' | 'truncated-body';
type ErrorKind = 'rate-limit' | 'system-error' | 'unavailable' | 'error-page' | 'refuse';
type SpoiledKind = Exclude<FaultKind, SilentKind | ErrorKind | 'latency'>;

export type SilentFault = Of<SilentKind>;
export type ErrorFault = Of<ErrorKind>;
export type SpoiledFault = Of<SpoiledKind>;

/** Signs a body with the key that is right for this call, unless told otherwise. */
export type Seal = (
  body: Buffer,
  change?: { key?: PlatformKey; seconds?: number },
) => Partial<SignatureHeaders>;

const retryAfter = (seconds: number | undefined) =>
  seconds === undefined ? {} : { headers: { 'Retry-After': seconds.toString() } };

const page = (status: number, title: string): Answer => ({
  status,
  body: Buffer.from(
    `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body><h1>${title}</h1></body>\r\n</html>\r\n`,
  ),
  contentType: 'text/html',
  signed: false,
  number: OTHER,
});

export const isErrorFault = (fault: Fault): fault is ErrorFault => fault.kind in ERRORS;
export const isSpoiledFault = (fault: Fault): fault is SpoiledFault => fault.kind in SPOILED;

const ERRORS: { readonly [K in ErrorKind]: (fault: Of<K>) => Answer } = {
  'rate-limit': (fault) => ({
    ...refuse(429, 'RATELIMIT_EXCEEDED', '频率超限'),
    ...retryAfter(fault.retryAfter),
  }),
  'system-error': () => refuse(500, 'SYSTEM_ERROR', '系统异常，请稍后重试'),
  unavailable: (fault) => ({
    ...refuse(503, 'SERVICE_UNAVAILABLE', '服务不可用'),
    ...retryAfter(fault.retryAfter),
  }),
  'error-page': ({ status }) => page(status, status === 502 ? 'Bad Gateway' : 'Internal Server Error'),
  refuse: ({ status, code, message, detail, signed = true, requestId }) => ({
    ...refuse(status, code, message, { detail, signed }),
    ...(requestId === undefined ? {} : { headers: { 'Request-ID': requestId } }),
  }),
};

type Spoiled = Pick<Outgoing, 'status' | 'body'> & {
  readonly headers: Partial<SignatureHeaders> & { readonly 'Request-ID'?: string };
  readonly chunked?: boolean;
};

// Any key will do, as long as nobody ever learns its public half.
let stray: ReturnType<typeof generateRsaKeyPair> | undefined;

const SPOILED: {
  readonly [K in SpoiledKind]: (fault: Of<K>, answer: Answer, seal: Seal) => Spoiled | Promise<Spoiled>;
} = {
  'bad-signature': (_, { status, body }, seal) => ({
    status,
    body,
    headers: seal(Buffer.concat([body, Buffer.from(' ')])),
  }),
  signtest: (_, { status, body }, seal) => ({
    status,
    body,
    headers: { ...seal(body), 'Wechatpay-Signature': signatureProbe() },
  }),
  'unknown-serial': async (_, { status, body }, seal) => {
    stray ??= generateRsaKeyPair();
    const { privateKey } = await stray;
    return { status, body, headers: seal(body, { key: { id: randomSerial(), privateKey } }) };
  },
  'stale-timestamp': ({ direction = 'past', seconds = 330 }, { status, body }, seal) => ({
    status,
    body,
    headers: seal(body, { seconds: direction === 'past' ? -seconds : seconds }),
  }),
  'missing-headers': ({ names = SIGNATURE_HEADERS }, { status, body }, seal) => {
    const kept = Object.entries(seal(body)).filter(([name]) => !names.some((gone) => gone === name));
    return { status, body, headers: Object.fromEntries(kept) };
  },
  'wrong-signature-type': (_, { status, body }, seal) => ({
    status,
    body,
    headers: { ...seal(body), 'Wechatpay-Signature-Type': 'WECHATPAY2-SM2-WITH-SM3' },
  }),
  'altered-body': (_, { status, body }, seal) => ({ status, body: alter(body), headers: seal(body) }),
  'wrong-shape': (fault, { status }, seal) => {
    const body = Buffer.from(fault.body);
    return { status, body, headers: seal(body) };
  },
  'oversized-body': ({ bytes = 8 * 1024 * 1024, chunked = false }, { status, body: right }, seal) => {
    const body = pad(right, bytes);
    return { status, body, headers: seal(body), chunked };
  },
  'request-id': ({ id }, { status, body }, seal) => ({
    status,
    body,
    headers: { ...seal(body), 'Request-ID': id },
  }),
  'no-content': (_, __, seal) => ({ status: 204, body: Buffer.alloc(0), headers: seal(Buffer.alloc(0)) }),
};

/** The error answer of a server that did not process the request. */
export function errorAnswer(fault: ErrorFault): Answer {
  // Each row takes the fault of its own kind, which the compiler cannot follow through the look-up.
  const make = ERRORS[fault.kind] as (fault: ErrorFault) => Answer;
  return make(fault);
}

/** The answer of a server that did process the request, made useless in one way. */
export async function spoil(fault: SpoiledFault, answer: Answer, seal: Seal): Promise<Spoiled> {
  const make = SPOILED[fault.kind] as (fault: SpoiledFault, answer: Answer, seal: Seal) => Promise<Spoiled>;
  return make(fault, answer, seal);
}

function alter(body: Buffer): Buffer {
  return Buffer.from(
    body.toString().replace(/[0-9A-Za-z](?=[^0-9A-Za-z]*$)/, (last) => (last === '0' ? '1' : '0')),
  );
}

/** The same JSON object with a member more, so that nothing but the size is wrong with it. */
function pad(body: Buffer, bytes: number): Buffer {
  const head = `${body.toString().slice(0, -1)},"padding":"`;
  return Buffer.from(`${head}${'x'.repeat(Math.max(0, bytes - Buffer.byteLength(head) - 2))}"}`);
}
