/** The one file that knows how zod keeps a schema. Whatever else looks into one looks at the tree that is read here. */
import * as z from 'zod/mini';
import { EACH, type Path, pointer } from './paths.ts';
import { ciphertext, isSensitive } from './schema.ts';

type Schema = z.core.$ZodType;

/** A schema as requests and answers are made of it; `schema` is without the wrapper that makes it optional. */
export type Tree = { readonly schema: Schema; readonly isOptional: boolean } & (
  | { readonly kind: 'object'; readonly isStrict: boolean; readonly members: ReadonlyMap<string, Tree> }
  | { readonly kind: 'array'; readonly element: Tree }
  | { readonly kind: 'field' }
);

const FIELDS = new Set(['string', 'boolean', 'enum', 'literal', 'number']);

/**
 * @throws TypeError for a kind of schema that nobody looks into: a sensitive field hidden there would leave in clear.
 */
export const readTree = (node: Schema, at: readonly string[] = []): Tree => {
  if (node instanceof z.ZodMiniOptional) {
    return { ...readTree(node._zod.def.innerType, at), isOptional: true };
  }
  const of = { schema: node, isOptional: false };
  if (node instanceof z.ZodMiniArray) {
    return { ...of, kind: 'array', element: readTree(node._zod.def.element, [...at, '0']) };
  }
  const { type } = node._zod.def;
  if (node instanceof z.ZodMiniObject) {
    const others = node._zod.def.catchall?._zod.def.type;
    const members = Object.entries(node._zod.def.shape).map(
      ([name, member]) => [name, readTree(member, [...at, name])] as const,
    );
    if (others === 'never' || others === 'unknown')
      return { ...of, kind: 'object', isStrict: others === 'never', members: new Map(members) };
  }
  if (FIELDS.has(type)) return { ...of, kind: 'field' };
  const kind = type === 'object' ? 'object that is neither strict nor loose' : type;
  throw new TypeError(`a schema cannot contain a '${kind}': at ${pointer(at) || 'its root'}`);
};

/** Whether each object in it is strict, or each loose. */
export const isOfOneKind = (tree: Tree, isStrict: boolean): boolean => {
  if (tree.kind === 'array') return isOfOneKind(tree.element, isStrict);
  if (tree.kind === 'field') return true;
  return tree.isStrict === isStrict && [...tree.members.values()].every((one) => isOfOneKind(one, isStrict));
};

/** The paths of all fields, in the order of the schema, or of those that `test` picks. */
export const fieldPaths = (tree: Tree, test: (schema: Schema) => boolean = () => true): Path[] => {
  if (tree.kind === 'field') return test(tree.schema) ? [[]] : [];
  if (tree.kind === 'array') return fieldPaths(tree.element, test).map((path) => [EACH, ...path]);
  return [...tree.members].flatMap(([name, member]) =>
    fieldPaths(member, test).map((path): Path => [name, ...path]),
  );
};

export const sensitivePaths = (tree: Tree): Path[] => fieldPaths(tree, isSensitive);

/** The names of the members of the object that stands at `steps` in a value; empty when it is none. */
export const membersAt = (tree: Tree, steps: readonly PropertyKey[]): string[] => {
  const [step, ...rest] = steps;
  if (tree.kind === 'array') return step === undefined ? [] : membersAt(tree.element, rest);
  if (tree.kind === 'field') return [];
  if (step === undefined) return [...tree.members.keys()];
  const next = tree.members.get(String(step));
  return next === undefined ? [] : membersAt(next, rest);
};

/** The same schema for callers that encrypt by themselves: each sensitive field holds a ciphertext. */
export const withCiphertext = <S extends Schema>(schema: S): S => {
  const replace = (node: Schema): Schema => {
    if (isSensitive(node)) return ciphertext;
    if (node instanceof z.ZodMiniOptional) {
      return z.clone(node, { ...node._zod.def, innerType: replace(node._zod.def.innerType) });
    }
    if (node instanceof z.ZodMiniArray) {
      return z.clone(node, { ...node._zod.def, element: replace(node._zod.def.element) });
    }
    if (!(node instanceof z.ZodMiniObject)) return node;
    const members = Object.entries(node._zod.def.shape).map(([name, member]) => [name, replace(member)]);
    return z.clone(node, { ...node._zod.def, shape: Object.fromEntries(members) });
  };
  readTree(schema);
  return replace(schema) as S;
};
