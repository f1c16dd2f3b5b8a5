import type * as z from 'zod/mini';
import { fault, type PresignError } from '../errors.ts';
import type { HttpResponse } from './transport.ts';
import { requestIdOf } from './verifier.ts';

/** It was a 2xx: WeChat Pay has acted. */
const malformed = (response: HttpResponse): PresignError =>
  fault('BAD_GATEWAY', 'wechatpay_malformed', { requestId: requestIdOf(response), uncertain: true });

/**
 * The JSON of a verified 2xx: `text` as it came, for numbers in it may be larger than JavaScript's, and `data` as
 * `schema` has it. @throws PresignError BAD_GATEWAY when it is none, or of another shape.
 */
export const readJson = <S extends z.ZodMiniType<object>>(
  schema: S,
  response: HttpResponse,
): { text: string; data: z.infer<S> } => {
  const text = response.body.toString('utf8');
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return { text, data: parsed.data };
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw malformed(response);
};

/** @throws PresignError BAD_GATEWAY unless it is a 204: a 202, say, is no word that anything was done. */
export const requireNothing = (response: HttpResponse): void => {
  if (response.status !== 204 || response.body.length > 0) throw malformed(response);
};
