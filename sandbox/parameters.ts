import { paramError, UNDOCUMENTED } from './refusals.ts';
import { checkMembers, type Members } from './rules.ts';
import type { Answer } from './types.ts';

type Location = 'path' | 'query';
export type Pairs = readonly (readonly [name: string, value: string])[];

/** The documented ones; their values are strings. */
export type ParameterRules = Readonly<Record<Location, Members>>;
export type Parameters = Readonly<Record<string, string>>;
export type Read = { readonly values: Parameters } | { readonly refusal: Answer };

/** The parameters of a path that fits the template (`/v3/…/{name}/…`), as sent. */
export function matchPath(template: string, path: string): Pairs | undefined {
  const [names, parts] = [template.split('/'), path.split('/')];
  if (names.length !== parts.length) return undefined;
  const pairs: [string, string][] = [];
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? '';
    const [, parameter] = /^\{(\w+)\}$/.exec(name) ?? [];
    if (parameter !== undefined && part !== '') pairs.push([parameter, part]);
    else if (part !== name) return undefined;
  }
  return pairs;
}

/** Decodes each once and holds it against the documentation; a form's `+` is a space, as Java encodes one. */
export function readParameters(rules: ParameterRules, path: Pairs, query: string): Read {
  const inPath = read('path', rules.path, path);
  if ('refusal' in inPath) return inPath;
  const inQuery = read('query', rules.query, pairsOf(query));
  return 'refusal' in inQuery ? inQuery : { values: { ...inPath.values, ...inQuery.values } };
}

const pairsOf = (query: string): Pairs =>
  query === '' ? [] : query.replaceAll('+', ' ').split('&').map(pairOf);

function pairOf(text: string): [string, string] {
  const end = text.indexOf('=');
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
}

function read(location: Location, members: Members, pairs: Pairs): Read {
  const values: Record<string, string> = {};
  const wrong = (field: string, value: unknown, issue: string, message?: string): Read => ({
    refusal: paramError({ field, value, issue, location, ...(message === undefined ? {} : { message }) }),
  });
  for (const [rawName, raw] of pairs) {
    const [name, value] = [decode(rawName), decode(raw)];
    if (name === undefined || value === undefined) return wrong(rawName, raw, 'is not percent-encoded UTF-8');
    if (!Object.hasOwn(members, name)) return wrong(name, value, 'is not documented', UNDOCUMENTED);
    // No page says which of two would count.
    if (Object.hasOwn(values, name)) return wrong(name, value, 'is given twice');
    values[name] = value;
  }
  const problem = checkMembers(members, values, '');
  return problem
    ? { refusal: paramError({ ...problem, field: problem.field.slice(1), location }) }
    : { values };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
