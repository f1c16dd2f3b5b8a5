export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export type Change = { at: number; how: 'drop' | 'replace' | 'add'; name: string; value: Json };

/** Every place of a body at which there is a member: the object that has it and its name. */
const places = (value: Json): [{ [name: string]: Json }, string][] =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, member]) => [[value, name] as const, ...places(member)] as never)
    : [];

/** A copy of `body` with `changes` made one after the other. */
export const mutated = (body: Json, changes: readonly Change[]): Json => {
  const copy = structuredClone(body);
  for (const { at, how, name, value } of changes) {
    const all = places(copy);
    const [parent, member] = all[at % Math.max(1, all.length)] ?? [];
    if (parent === undefined || member === undefined) continue;
    if (how === 'drop') delete parent[member];
    // defineProperty: a member named __proto__ must become one.
    else {
      const key = how === 'add' ? name : member;
      Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
    }
  }
  return copy;
};
