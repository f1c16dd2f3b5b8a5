/** Parameters of a URL by name; what is undefined is left out. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/**
 * The target of a request: `template` with its parameters in the place of `{name}`, and the query behind it in its own
 * order. Each is percent-encoded here, once: what is signed is what is sent.
 * @throws TypeError when a parameter of the path is missing.
 */
export const requestTarget = (template: string, path: Parameters, query: Parameters): string => {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name];
    if (value === undefined) throw new TypeError(`a path needs its ${name}`);
    return encodeURIComponent(value);
  });
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
};
