import { arnLike, like } from './wildcards.ts';

/** What a request says about itself, by condition key; a list where the key has several values. */
export type Context = Readonly<Record<string, string | readonly string[]>>;
type Given = Context[string] | undefined;

/** @param given undefined when the request has no such key. */
type Operator = (given: string | undefined, values: readonly string[]) => boolean;
type SetOperator = (given: Given, values: readonly string[]) => boolean;

type Comparison = (given: string, value: string) => boolean;

/** One of several values is enough; without the key there is no match. */
const some =
  (compare: Comparison): Operator =>
  (given, values) =>
    given !== undefined && values.some((value) => compare(given, value));

/** None of the values may match; without the key none does. */
const none =
  (compare: Comparison): Operator =>
  (given, values) =>
    given === undefined || !values.some((value) => compare(given, value));

const equal: Comparison = (given, value) => given === value;
const alike: Comparison = (given, value) => like(value, given);
const arnsAlike: Comparison = (given, value) => arnLike(value, given);

const OPERATORS = new Map<string, Operator>(
  Object.entries({
    StringEquals: some(equal),
    StringNotEquals: none(equal),
    StringLike: some(alike),
    StringNotLike: none(alike),
    // IAM takes both names of each for the same.
    ArnEquals: some(arnsAlike),
    ArnLike: some(arnsAlike),
    ArnNotEquals: none(arnsAlike),
    ArnNotLike: none(arnsAlike),
    Bool: some((given, value) => given.toLowerCase() === value.toLowerCase()),
  }),
);

/** How an operator takes what the request has: as one value, or each of several. */
const SETS = new Map<string, (operator: Operator) => SetOperator>(
  Object.entries({
    '': (operator) => (given, values) => {
      if (typeof given === 'object') throw new Error('one value expected, several found');
      return operator(given, values);
    },
    // True of a request without the key: policies that mean otherwise say so with Null.
    ForAllValues: (operator) => (given, values) =>
      [given ?? []].flat().every((value: string) => operator(value, values)),
    ForAnyValue: (operator) => (given, values) =>
      [given ?? []].flat().some((value: string) => operator(value, values)),
  }),
);

/** @throws Error for an operator that is not known here: to guess would be to allow or to deny something. */
const operatorNamed = (name: string): SetOperator => {
  if (name === 'Null') return (given, values) => values.includes(String(given === undefined));
  const [, set = '', plain = '', optional] = /^(?:(\w+):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const [operator, over] = [OPERATORS.get(plain), SETS.get(set)];
  if (operator === undefined || over === undefined) throw new Error(`unknown condition operator ${name}`);
  const holds = over(operator);
  return (given, values) => (optional !== undefined && given === undefined) || holds(given, values);
};

const valuesOf = (values: unknown): string[] =>
  [values].flat().map((value) => {
    const text = String(value);
    if (text.includes('${')) throw new Error(`policy variables are not known: ${text}`);
    return text;
  });

/**
 * Whether a statement's Condition holds: every operator, and every key of it. Names of keys are the same in any case.
 * @throws Error for an operator or a policy variable that is not known here.
 */
export const conditionHolds = (condition: object, context: Context): boolean => {
  const given = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const held = Object.entries(condition).flatMap(([name, keys]) => {
    const operator = operatorNamed(name);
    return Object.entries(keys as object).map(([key, values]) =>
      operator(given.get(key.toLowerCase()), valuesOf(values)),
    );
  });
  return held.every(Boolean);
};
