import type { SignedCall } from '../told.ts';
import type { Values } from './form.ts';

export type Answered = {
  readonly status: number;
  readonly requestId: string;
  readonly text: string;
  /** The number of the product's request, where it is known. */
  readonly n?: number;
};

/** A browser waits for ever by itself. */
const TIME_OUT_MS = 10_000;

/** Sends a call as any client would. @returns nothing when there was no whole answer */
export async function sendCall({ method, target, headers, body }: SignedCall): Promise<Answered | undefined> {
  try {
    const response = await fetch(target, {
      method,
      headers,
      ...(body === '' ? {} : { body }),
      signal: AbortSignal.timeout(TIME_OUT_MS),
    });
    const requestId = response.headers.get('Request-ID') ?? '';
    return { status: response.status, requestId, text: await response.text() };
  } catch {
    return undefined;
  }
}

/** For a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export function curlOf({ method, target, headers, body }: SignedCall, origin: string): string {
  const lines = [
    `curl -i -X ${method} ${quoted(origin + target)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === '' ? [] : [`--data-raw ${quoted(body)}`]),
  ];
  return lines.join(' \\\n  ');
}

type Told = { readonly field: string; readonly issue: string; readonly location?: unknown };

const isTold = (value: unknown): value is Told =>
  typeof value === 'object' &&
  value !== null &&
  'field' in value &&
  typeof value.field === 'string' &&
  'issue' in value &&
  typeof value.issue === 'string';

/** WeChat Pay's pointers begin with the place; those of the product begin below it, unless it tells of an event. */
function pointerOf({ field, location }: Told): string {
  const at = `/${location ?? 'body'}`;
  return field === at || field.startsWith(`${at}/`) ? field : at + (field.startsWith('/') ? '' : '/') + field;
}

/** The places that a refusal names, as pointers, and what it says of each: WeChat Pay's, the product's, or its event's. */
export function refusedFields(text: string): Values {
  try {
    const told = JSON.parse(text);
    const { detail } = told.error ?? told;
    const all = [detail].flat().filter(isTold);
    return Object.fromEntries(all.map((one) => [pointerOf(one), one.issue]));
  } catch {
    return {};
  }
}
