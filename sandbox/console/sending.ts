import type { SignedCall } from '../told.ts';

export type Answered = { readonly status: number; readonly requestId: string; readonly text: string };

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

/** The place that a refusal of WeChat Pay names, as a pointer, and what it says of it. */
export function refusedField(text: string): { readonly pointer: string; readonly issue: string } | undefined {
  try {
    const { detail } = JSON.parse(text);
    if (typeof detail?.field !== 'string' || typeof detail.issue !== 'string') return undefined;
    const isPointer = detail.field.startsWith('/');
    return { pointer: isPointer ? detail.field : `/${detail.location}/${detail.field}`, issue: detail.issue };
  } catch {
    return undefined;
  }
}
