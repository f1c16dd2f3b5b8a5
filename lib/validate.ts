import type * as z from 'zod/mini';
import { type Detail, fault } from './errors.ts';
import type { Said, Words } from './language.ts';
import { pointer } from './paths.ts';
import { EMPTY, longerThan, type Noun, noneOf, notOfType, REPEATED, unknownOnes } from './rules.ts';
import { wordsOf } from './schema.ts';
import { membersAt, readTree } from './schema-tree.ts';

type Issue = z.core.$ZodIssue;

/** Where something is wrong, and what is called so that may be there. */
const NOUNS = { body: 'member', path: 'parameter', query: 'parameter' } as const satisfies Record<
  string,
  Noun
>;
type Location = keyof typeof NOUNS;

/** What is wrong, from the rule alone: an issue never tells the value, nor the name of a member nobody documented. */
const sentence = (issue: Issue, noun: Noun, members: readonly string[]): Said => {
  switch (issue.code) {
    case 'invalid_type':
      return notOfType(issue.expected);
    case 'too_small':
      return EMPTY;
    case 'too_big':
      return longerThan(issue.maximum);
    case 'invalid_value':
      return noneOf(issue.values);
    case 'unrecognized_keys':
      return unknownOnes(issue.keys.length, noun, members);
    default:
      return wordsOf(issue) ?? issue.message;
  }
};

/**
 * One detail per field: the first rule it breaks. Every step of its pointer is a name from our own schema, never one the
 * caller made up. A parameter goes by its name.
 */
const details = (issues: readonly Issue[], schema: z.core.$ZodType, location: Location): Detail[] => {
  const found = new Map<string, Detail>();
  for (const issue of issues) {
    const field = location === 'body' ? pointer(issue.path) : issue.path.join();
    const isUnknown = issue.code === 'unrecognized_keys';
    const members = isUnknown ? membersAt(readTree(schema), issue.path) : [];
    const text = sentence(issue, NOUNS[location], members);
    if (!found.has(field)) found.set(field, { field, issue: text, location });
  }
  return [...found.values()];
};

/** The details as WeChat Pay shapes them: one object, or an array when several fields are wrong. */
const invalid = (found: Detail[]) =>
  fault('PARAM_ERROR', 'request_invalid', { detail: (found.length === 1 && found[0]) || found });

const check = <S extends z.ZodMiniType<object>>(
  schema: S,
  value: unknown,
  location: Location,
): z.infer<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(details(parsed.error.issues, schema, location));
};

/** @throws PresignError PARAM_ERROR naming each wrong field and the rule it breaks. */
export const checkBody = <S extends z.ZodMiniType<object>>(schema: S, body: unknown): z.infer<S> =>
  check(schema, body, 'body');

/**
 * @param given names and values of parameters, decoded, in whatever order.
 * @returns them as the schema has them, in its order.
 * @throws PresignError PARAM_ERROR as checkBody does, also for one that is given twice: nobody knows which is meant.
 */
export const checkParameters = <S extends z.ZodMiniType<object>>(
  schema: S,
  location: 'path' | 'query',
  given: readonly (readonly [name: string, value: string])[],
): z.infer<S> => {
  const times = (name: string): number => given.filter(([one]) => one === name).length;
  const repeated = membersAt(readTree(schema), []).filter((name) => times(name) > 1);
  if (repeated.length > 0) throw invalid(repeated.map((field) => ({ field, issue: REPEATED, location })));
  return check(schema, Object.fromEntries(given), location);
};

/** A wrong header. */
export const badHeader = (name: string, rule: Words) =>
  fault('PARAM_ERROR', 'request_invalid', { detail: { field: name, issue: rule, location: 'header' } });
