import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { authorizationOf } from '../dissect.ts';
import { parseBody, parseJson } from '../json.ts';
import { withPlaintexts } from '../sensitive.ts';
import { signedBody } from '../signed-body.ts';
import type { Call } from '../types.ts';
import type { Product, ProductRequest, ProductSignature } from './product.ts';

type Seen = Pick<Product, 'requests' | 'signatures'>;

/** SHA-256, hex, of what should have been signed. */
export function digestOf(call: Readonly<Call>): string {
  const { method, path, timestamp, nonce } = call;
  const hash = createHash('sha256').update(`${[method, path, timestamp, nonce].join('\n')}\n`);
  return hash.update(signedBody(call)).update('\n').digest('hex');
}

/**
 * The use of the product's key behind a call. Found by the signature that the call carries, which nobody changes on the
 * way and no other digest under that key has; so a wrong digest is seen, too.
 */
export const signatureOf = (call: Readonly<Call>, { signatures }: Seen): ProductSignature | undefined => {
  const sent = authorizationOf(call)?.items['signature'];
  return sent === undefined ? undefined : signatures().find(({ signature }) => signature === sent);
};

/**
 * The request that a call was made for, if the product made it: of those that were open and ask for it, the one whose
 * caller was told its Request-ID. An attempt that nobody was told of is of the one that says the same, the oldest where
 * several do; what it says cannot be read where it was refused before its fields were opened, and then the only one is it.
 */
export function ownerOf(call: Readonly<Call>, seen: Seen): ProductRequest | undefined {
  if (!signatureOf(call, seen)) return undefined;
  const open = seen.requests().filter((request) => isOpenFor(request, call));
  return (
    open.find(({ outcome }) => isSame(outcome?.requestId, call.requestId)) ??
    open.find(whoSays(call)) ??
    (call.decrypted === undefined && open.length === 1 ? open[0] : undefined)
  );
}

/** Whether `ownerOf` can find this request at all: much sooner known, and of most calls not so. */
export const canOwn = (request: ProductRequest, call: Readonly<Call>): boolean =>
  isOpenFor(request, call) &&
  (isSame(request.outcome?.requestId, call.requestId) ||
    call.decrypted === undefined ||
    whoSays(call)(request));

const isSame = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && one === other;

function isOpenFor({ cameAt, outcome, method, target }: ProductRequest, call: Readonly<Call>): boolean {
  const isOpen = cameAt <= call.cameAt && (outcome === undefined || call.cameAt <= outcome.at);
  return isOpen && method === call.method && pathOf(target) === pathOf(call.path);
}

/** One of the two may have encoded more of it. */
function pathOf(target: string): string {
  const path = target.replace(/\?.*/s, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Each is parsed once: there may be a thousand, and as many calls to hold it against. */
const parsed = new WeakMap<ProductRequest, unknown>();

function wantedBy(request: ProductRequest): unknown {
  if (!parsed.has(request)) parsed.set(request, parseJson(request.body));
  return parsed.get(request);
}

/** @returns whether a request says the same as the call */
function whoSays({ body, decrypted = {} }: Readonly<Call>): (request: ProductRequest) => boolean {
  const sent = parseBody(body);
  if ('refusal' in sent) return (request) => wantedBy(request) === undefined;
  // A caller may have encrypted the fields itself.
  const readings = [withPlaintexts(sent.body, decrypted), sent.body];
  return (request) => readings.some((reading) => isDeepStrictEqual(reading, wantedBy(request)));
}
