import type { Fault } from './fault.ts';
import { parseJson } from './json.ts';
import type { Call } from './types.ts';

/** What a text in a body begins with, and what it brings about. */
export const MAGIC = {
  SANDBOX_RATE_LIMIT: { kind: 'rate-limit' },
  SANDBOX_SYSTEM_ERROR: { kind: 'system-error' },
  SANDBOX_UNAVAILABLE: { kind: 'unavailable' },
  SANDBOX_RESET: { kind: 'reset' },
  SANDBOX_HANG: { kind: 'hang' },
  SANDBOX_BAD_SIGNATURE: { kind: 'bad-signature' },
} as const satisfies Record<string, Fault>;

/**
 * The fault that a call asks for itself, as payment test cards do, for callers that cannot reach /__sandbox/. What follows
 * the word makes it new: `SANDBOX_RESET_0001`.
 */
export function magicIn({ body, decrypted = {} }: Readonly<Call>): Fault | undefined {
  const texts = [...textsIn(parseJson(body.toString())), ...Object.values(decrypted)];
  const found = Object.entries(MAGIC).find(([word]) => texts.some((text) => begins(text, word)));
  return found?.[1];
}

const begins = (text: string, word: string): boolean =>
  text.startsWith(word) && !/^[A-Za-z]/.test(text.slice(word.length));

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
