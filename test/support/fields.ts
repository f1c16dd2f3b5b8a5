import * as z from 'zod/mini';
import { isSensitive } from '../../lib/schema.ts';

/** A member of a request, at any depth. `pointer` as in RFC 6901. */
export type Field = { pointer: string; required: boolean; sensitive: boolean };

/** Every member that a request schema documents, parents before children. */
export const fieldsOf = (schema: z.core.$ZodType, at = ''): Field[] => {
  if (schema instanceof z.ZodMiniOptional) return fieldsOf(schema._zod.def.innerType, at);
  if (!(schema instanceof z.ZodMiniObject)) return [];
  return Object.entries(schema._zod.def.shape).flatMap(([name, field]) => {
    const pointer = `${at}/${name}`;
    const required = !(field instanceof z.ZodMiniOptional);
    const sensitive = isSensitive(required ? field : (field as z.ZodMiniOptional)._zod.def.innerType);
    return [{ pointer, required, sensitive }, ...fieldsOf(field, pointer)];
  });
};

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
