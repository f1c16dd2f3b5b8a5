/** Places in a JSON value, as a schema knows them: a step into an array leads to each of its elements. */
export const EACH: unique symbol = Symbol('each element');
export type Path = readonly (string | typeof EACH)[];

/** RFC 6901. */
export const pointer = (steps: readonly PropertyKey[]): string =>
  steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The paths that go on through `step`, from there. */
const after = (step: Path[number], paths: readonly Path[]): Path[] =>
  paths.filter(([first]) => first === step).map(([, ...rest]) => rest);

const ends = (paths: readonly Path[]): boolean => paths.some(({ length }) => length === 0);

const mismatch = () => new TypeError('a value has another shape than its schema');

/**
 * A copy of `value` in which `map` has replaced what stands at the paths; what is absent stays absent. Parts without
 * such a place are not copied.
 * @param map is given the value and its JSON pointer.
 * @throws TypeError when a path leads into what is neither an object nor an array: nothing at its end would be replaced.
 */
export const mapAt = (
  value: unknown,
  paths: readonly Path[],
  map: (value: unknown, pointer: string) => unknown,
  at: readonly PropertyKey[] = [],
): unknown => {
  if (value === undefined || paths.length === 0) return value;
  if (ends(paths)) return map(value, pointer(at));
  const isArray = Array.isArray(value);
  if (typeof value !== 'object' || value === null || isArray !== paths.every(([step]) => step === EACH))
    throw mismatch();
  if (isArray) return value.map((item, index) => mapAt(item, after(EACH, paths), map, [...at, index]));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      mapAt(member, after(name, paths), map, [...at, name]),
    ]),
  );
};

/** What of `value` stands at the paths, in its place and in their order. */
export const pickAt = (value: unknown, paths: readonly Path[]): unknown => {
  if (value === undefined || ends(paths)) return value;
  if (Array.isArray(value)) return value.map((item) => pickAt(item, after(EACH, paths)));
  const members = value as Readonly<Record<string, unknown>>;
  const names = [...new Set(paths.map(([step]) => step))].filter((step) => typeof step === 'string');
  return Object.fromEntries(
    names
      .filter((name) => members[name] !== undefined)
      .map((name) => [name, pickAt(members[name], after(name, paths))]),
  );
};
