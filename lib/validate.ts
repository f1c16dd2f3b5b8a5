import type * as z from 'zod/mini';
import { type Detail, fault } from './errors.ts';
import { pointer } from './paths.ts';
import { membersAt, readTree } from './schema-tree.ts';

type Issue = z.core.$ZodIssue;

const plural = (count: number | bigint, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** What is wrong, from the rule alone: an issue never tells the value, nor the name of a member nobody documented. */
const sentence = (issue: Issue, members: readonly string[]): string => {
  switch (issue.code) {
    case 'invalid_type':
      return `must be present and of type ${issue.expected}`;
    case 'too_small':
      return issue.minimum === 1
        ? 'must not be empty'
        : `must be at least ${plural(issue.minimum, 'character')} long`;
    case 'too_big':
      return `must be at most ${plural(issue.maximum, 'character')} long`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `has ${plural(issue.keys.length, 'unknown member')}; the members here are ${members.join(', ')}`;
    default:
      return issue.message;
  }
};

/**
 * One detail per field: the first rule it breaks. Every step of its pointer is a name from our own schema, never one the
 * caller made up.
 */
const details = (issues: readonly Issue[], schema: z.core.$ZodType): Detail[] => {
  const found = new Map<string, Detail>();
  for (const issue of issues) {
    const field = pointer(issue.path);
    const isUnknown = issue.code === 'unrecognized_keys';
    const text = sentence(issue, isUnknown ? membersAt(readTree(schema), issue.path) : []);
    if (!found.has(field)) found.set(field, { field, issue: text, location: 'body' });
  }
  return [...found.values()];
};

/** `details` as WeChat Pay shapes them: one object, or an array when several fields are wrong. */
const asDetail = (found: readonly Detail[]): Detail | readonly Detail[] =>
  (found.length === 1 && found[0]) || found;

/** @throws PresignError PARAM_ERROR naming each wrong field and the rule it breaks. */
export const checkBody = <S extends z.ZodMiniType<object>>(schema: S, body: unknown): z.infer<S> => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw fault('PARAM_ERROR', 'request_invalid', { detail: asDetail(details(parsed.error.issues, schema)) });
};

/** A wrong header. `rule` is a constant of ours. */
export const badHeader = (name: string, rule: string) =>
  fault('PARAM_ERROR', 'request_invalid', { detail: { field: name, issue: rule, location: 'header' } });
