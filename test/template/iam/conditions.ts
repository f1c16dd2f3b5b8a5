import { arnLike, like } from './wildcards.ts';

/** What a request says about itself, by condition key. */
export type Context = Readonly<Record<string, string>>;

/** @param given undefined when the request has no such key. */
type Operator = (given: string | undefined, values: readonly string[]) => boolean;

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

const OPERATORS: Record<string, Operator> = {
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
};

const IF_EXISTS = 'IfExists';

/** @throws Error for an operator that is not known here: to guess would be to allow or to deny something. */
const operatorNamed = (name: string): Operator => {
  if (name === 'Null') return (given, values) => values.includes(String(given === undefined));
  const optional = name.endsWith(IF_EXISTS);
  const operator = OPERATORS[optional ? name.slice(0, -IF_EXISTS.length) : name];
  if (operator === undefined) throw new Error(`unknown condition operator ${name}`);
  return (given, values) => (optional && given === undefined) || operator(given, values);
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
