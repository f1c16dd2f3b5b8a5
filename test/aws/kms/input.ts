import { KmsError } from './errors.ts';

/** The members of a request, not yet checked. */
export type Input = Readonly<Record<string, unknown>>;

const constraint = (what: string, name: string, rule: string): KmsError => {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  const text = `1 validation error detected: Value${what} at '${member}' failed to satisfy constraint: Member must ${rule}`;
  return new KmsError('ValidationException', text);
};

const wrongType = (name: string): KmsError =>
  new KmsError('SerializationException', `${name} has the wrong type`);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const parseInput = (body: Buffer): Input => {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new KmsError('SerializationException', 'The request is not valid JSON');
  }
  if (!isRecord(value)) throw new KmsError('SerializationException', 'Start of structure expected');
  return value;
};

export const optionalString = (input: Input, name: string): string | undefined => {
  const value = input[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw wrongType(name);
  return value;
};

export const requiredString = (input: Input, name: string): string => {
  const value = optionalString(input, name);
  if (value === undefined) throw constraint(' null', name, 'not be null');
  return value;
};

export const optionalChoice = <T extends string>(
  input: Input,
  name: string,
  choices: readonly T[],
): T | undefined => {
  const value = optionalString(input, name);
  const found = choices.find((choice) => choice === value);
  if (value !== undefined && found === undefined) {
    throw constraint(` '${value}'`, name, `satisfy enum value set: [${choices.join(', ')}]`);
  }
  return found;
};

export const requiredChoice = <T extends string>(input: Input, name: string, choices: readonly T[]): T => {
  requiredString(input, name);
  return optionalChoice(input, name, choices) as T;
};

/** A base64 member of `min` to `max` bytes. */
export const requiredBlob = (input: Input, name: string, min: number, max: number): Buffer => {
  const text = requiredString(input, name);
  const bytes = Buffer.from(text, 'base64');
  // Buffer skips what is not base64, so only the way back tells a broken blob from a short one.
  if (bytes.toString('base64') !== text)
    throw new KmsError('SerializationException', `${name} is not base64`);
  if (bytes.length < min) throw constraint('', name, `have length greater than or equal to ${min}`);
  if (bytes.length > max) throw constraint('', name, `have length less than or equal to ${max}`);
  return bytes;
};

export const stringMap = (input: Input, name: string): Record<string, string> | undefined => {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw wrongType(name);
  for (const text of Object.values(value)) if (typeof text !== 'string') throw wrongType(name);
  return value as Record<string, string>;
};

export const recordList = (input: Input, name: string): readonly Input[] => {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every(isRecord)) throw wrongType(name);
  return value;
};

export const wholeNumber = (
  input: Input,
  name: string,
  range: { readonly min: number; readonly max: number; readonly otherwise: number },
): number => {
  const value = input[name] ?? range.otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name);
  if (value < range.min)
    throw constraint(` '${value}'`, name, `have value greater than or equal to ${range.min}`);
  if (value > range.max)
    throw constraint(` '${value}'`, name, `have value less than or equal to ${range.max}`);
  return value;
};
