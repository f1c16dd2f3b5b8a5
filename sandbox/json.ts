import { type Problem, paramError } from './refusals.ts';
import type { Answer, JsonObject } from './types.ts';

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The body as JSON object, or the refusal: not UTF-8, not JSON, not an object, or with forbidden values in it. */
export function parseBody(bytes: Buffer): { body: JsonObject } | { refusal: Answer } {
  const body = parseJson(decode(bytes));
  if (!isObject(body)) {
    return {
      refusal: paramError({
        field: '/body',
        value: null,
        issue: 'not a JSON object',
        message: '请求的JSON格式错误',
      }),
    };
  }
  const problem = checkValues(body, '/body');
  return problem ? { refusal: paramError(problem) } : { body };
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Far deeper than any body of WeChat Pay's, and no trouble for whoever walks through it. */
const MOST_LEVELS = 500;

/** `undefined` for what is no JSON, or nested too deeply to be looked at. */
export function parseJson(text = ''): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** WeChat Pay stores three-byte UTF-8: anything longer, and halves of it, would be mutilated. */
export const isStorable = (text: string) => text.isWellFormed() && !/[\u{10000}-\u{10ffff}]/u.test(text);

function checkValues(value: unknown, field: string): Problem | undefined {
  if (value === null) return { field, value, issue: 'null is not allowed' };
  if (typeof value === 'string' && !isStorable(value)) {
    return { field, value, issue: 'only UTF-8 characters of one to three bytes are supported' };
  }
  if (typeof value !== 'object') return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const problem = checkValues(inner, `${field}/${escapeName(name)}`);
    if (problem) return problem;
  }
  return undefined;
}

/** A member name as JSON pointer token (RFC 6901). */
export const escapeName = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** What a JSON pointer leads to. */
export const valueAt = (value: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined), value);

function isShallow(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_LEVELS) return false;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return true;
}
