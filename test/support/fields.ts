import type * as z from 'zod/mini';
import { isSensitive } from '../../lib/schema.ts';
import { readTree, type Tree } from '../../lib/schema-tree.ts';

/** A member of a request, at any depth. `pointer` as in RFC 6901; of an array it is the first element. */
export type Field = { pointer: string; required: boolean; sensitive: boolean };

const partsOf = (tree: Tree): readonly (readonly [string, Tree])[] => {
  if (tree.kind === 'field') return [];
  return tree.kind === 'array' ? [['0', tree.element]] : [...tree.members];
};

const fieldsIn = (tree: Tree, at: string): Field[] =>
  partsOf(tree).flatMap(([name, part]) => {
    const pointer = `${at}/${name}`;
    const field = { pointer, required: !part.isOptional, sensitive: isSensitive(part.schema) };
    return [field, ...fieldsIn(part, pointer)];
  });

/** Every member that a request schema documents, parents before children. */
export const fieldsOf = (schema: z.core.$ZodType): Field[] => fieldsIn(readTree(schema), '');

type Json = Record<string, unknown>;

/** The value a pointer leads to. */
export const valueAt = (body: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, step) => (value as Json | undefined)?.[step], body);

/** A copy in which `change` has been done to the object that holds the pointer's last step. */
export const withChange = (
  body: unknown,
  pointer: string,
  change: (holder: Json, name: string) => void,
): Json => {
  const copy = structuredClone(body) as Json;
  const steps = pointer.split('/').slice(1);
  const name = steps.pop() ?? '';
  change(valueAt(copy, steps.map((step) => `/${step}`).join('')) as Json, name);
  return copy;
};

export const without = (body: unknown, pointer: string): Json =>
  withChange(body, pointer, (holder, name) => {
    delete holder[name];
  });

export const replaced = (body: unknown, pointer: string, value: unknown): Json =>
  withChange(body, pointer, (holder, name) => {
    holder[name] = value;
  });
