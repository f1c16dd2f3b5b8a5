import type { Answer } from './types.ts';

/**
 * What is wrong with one place of the request. `field` is a JSON pointer below `/body`, or the name of a parameter of
 * path or query.
 */
export type Problem = {
  readonly field: string;
  readonly value: unknown;
  readonly issue: string;
  readonly message?: string;
  readonly location?: 'body' | 'path' | 'query';
};

// The ones the official trouble-shooting manual lists; the others are only ever seen as "not 0".
const NUMBERS: Readonly<Record<string, number>> = {
  PARAM_ERROR: 268435461,
  SIGN_ERROR: 268443699,
  RATELIMIT_EXCEEDED: 268447840,
};
export const OTHER = 268435462;
const UNDOCUMENTED_MEMBER = 270924358;
export const UNDOCUMENTED = '请求中含有未在API文档中定义的参数';

type Refusing = { readonly detail?: unknown; readonly signed?: boolean; readonly number?: number };

/** A JSON error answer of the shape all v3 endpoints share. */
export function refuse(status: number, code: string, message: string, more: Refusing = {}): Answer {
  const { detail, signed = true, number = NUMBERS[code] ?? OTHER } = more;
  const body = Buffer.from(JSON.stringify({ code, message, ...(detail === undefined ? {} : { detail }) }));
  return { status, code, body, signed, number };
}

/** 404 and 405 come from the router in front of everything: no body, no signature. */
export function refuseEmpty(status: number): Answer {
  return { status, body: Buffer.alloc(0), signed: false, number: OTHER };
}

/** 401: the caller is not known, so the answer carries no signature. */
export function signError(message: string, detail?: unknown): Answer {
  return refuse(401, 'SIGN_ERROR', message, { detail, signed: false });
}

/** The real server echoes the submitted value; so does this one, for the project must not pass it on. */
export function paramError(problem: Problem): Answer {
  const { field, value, issue, message = '参数错误', location = 'body' } = problem;
  return refuse(400, 'PARAM_ERROR', message, { detail: { field, value, issue, location } });
}

export function headerError(code: string, field: string, issue: string, message: string): Answer {
  return refuse(400, code, message, { detail: { field, issue, location: 'header' } });
}

/** Members the documentation does not have are answered in a shape of their own. */
export function undocumented(pointers: readonly string[]): Answer {
  return refuse(400, 'PARAM_ERROR', UNDOCUMENTED, {
    detail: { location: null, value: pointers },
    number: UNDOCUMENTED_MEMBER,
  });
}
