import { parseJson, valueAt } from '../json.ts';
import type { Call } from '../types.ts';
import { canOwn, digestOf, ownerOf, signatureOf } from './owner.ts';
import type { Product, ProductRequest } from './product.ts';
import type { Happened, ToldProductField, ToldProductRequest, ToldStep, ToldTrace } from './told.ts';

type Calls = readonly Readonly<Call>[];
type Moment = Happened & { readonly at: number };

export const summarise = ({
  n,
  way,
  cameAt,
  method,
  target,
  id,
  outcome,
}: ProductRequest): ToldProductRequest => ({
  n,
  way,
  at: new Date(cameAt).toISOString(),
  method,
  target,
  id,
  status: outcome?.status,
  code: codeIn(outcome?.body),
  event: outcome?.event,
  request_id: outcome?.requestId,
});

/** Of an answer, or of the event that tells of one. */
function codeIn(body: string | undefined): string | undefined {
  const told = parseJson(body) as { code?: unknown; error?: { code?: unknown } } | null | undefined;
  const code = told?.code ?? told?.error?.code;
  return typeof code === 'string' ? code : undefined;
}

/** All that was made of a request, step by step. */
export function traceOf(request: ProductRequest, product: Product, calls: Calls): ToldTrace {
  const made = calls.filter((call) => canOwn(request, call) && ownerOf(call, product) === request);
  const { headers, body, outcome } = request;
  const { headers: answered = {}, body: text } = outcome ?? {};
  return {
    ...summarise(request),
    headers,
    body,
    steps: stepsOf(request, product, made),
    fields: fieldsOf(request, made.at(-1)),
    verified: verifiedIn(request, made.at(-1)),
    replayed: made.length > 0 ? undefined : earlierCall(request, calls),
    answer: text === undefined ? undefined : { headers: answered, body: text },
    log: linesOf(request, product),
  };
}

function stepsOf(request: ProductRequest, product: Product, made: Calls): ToldStep[] {
  const { cameAt, handedAt, outcome } = request;
  const moments: Moment[] = [
    { step: 'came', at: cameAt },
    ...handedAt.map((at): Moment => ({ step: 'handed', at })),
    ...made.flatMap((call) => momentsOf(call, product)),
    ...signedInto(outcome?.body ?? '', product),
    ...(outcome ? [{ step: 'answered', status: outcome.status, at: outcome.at } as const] : []),
  ];
  return moments
    .sort((one, other) => one.at - other.at)
    .map(({ at, ...happened }) => ({ ...happened, ms: Math.round((at - cameAt) * 10) / 10 }));
}

function momentsOf(call: Readonly<Call>, product: Product): Moment[] {
  const { n, status, cameAt, overAt } = call;
  const used = signatureOf(call, product);
  return [
    ...(used
      ? [
          {
            step: 'signed',
            call: n,
            digest: used.digest,
            key: used.key,
            expected: digestOf(call),
            at: used.at,
          } as const,
        ]
      : []),
    { step: 'called', call: n, at: cameAt },
    ...(overAt === undefined ? [] : [{ step: 'call_over', call: n, status, at: overAt } as const]),
  ];
}

/** What the product signed for its caller: the signature stands in the answer. */
const signedInto = (answer: string, { signatures }: Product): Moment[] =>
  signatures()
    .filter(({ signature }) => answer.includes(signature))
    .map(({ digest, key, at }) => ({ step: 'signed', digest, key, at }));

function fieldsOf(request: ProductRequest, call: Readonly<Call> | undefined): ToldProductField[] {
  const sent = parseJson(call?.body.toString());
  const given = parseJson(request.body);
  return Object.entries(call?.decrypted ?? {}).map(([pointer, plaintext]) => {
    const ciphertext = `${valueAt(sent, pointer)}`;
    return {
      pointer,
      plaintext,
      ciphertext,
      by: valueAt(given, pointer) === ciphertext ? 'caller' : 'product',
    };
  });
}

/** A 2xx is what the product tells of an answer alone that it has found genuine. */
function verifiedIn({ outcome }: ProductRequest, call: Readonly<Call> | undefined): ToldTrace['verified'] {
  const { 'Wechatpay-Serial': serial } = call?.answer?.headers ?? {};
  if (!call?.answer || serial === undefined || (outcome?.status ?? 500) >= 300) return undefined;
  return { call: call.n, serial, body: call.answer.body.toString() };
}

const earlierCall = ({ outcome }: ProductRequest, calls: Calls): number | undefined =>
  calls.find(({ requestId }) => requestId !== undefined && requestId === outcome?.requestId)?.n;

/** Those that name what the caller was told, or the caller's own id. */
function linesOf({ cameAt, id, outcome }: ProductRequest, { lines }: Product) {
  const ids: readonly unknown[] = [id, outcome?.requestId].filter((one) => one !== undefined);
  const names = ['request_id', 'wechatpay_request_id', 'aws_request_id'];
  return lines()
    .filter(({ at, entry }) => at >= cameAt && names.some((name) => ids.includes(entry[name])))
    .map(({ entry }) => entry);
}
