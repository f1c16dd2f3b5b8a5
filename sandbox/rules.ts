import { escapeName, isObject } from './json.ts';
import { type Problem, paramError, undocumented } from './refusals.ts';
import type { Answer, ContractKind, JsonObject } from './types.ts';

type Presence = { readonly required?: boolean };

/** One documented member of a request body. Lengths count characters, as the documentation does. */
export type Member = Presence &
  (
    | {
        readonly kind: 'string';
        readonly max?: number;
        readonly pattern?: RegExp;
        readonly values?: readonly string[];
      }
    /** Ciphertext in base64; `max` is the ciphertext's, `plain` the longest plaintext. */
    | { readonly kind: 'sensitive'; readonly max?: number; readonly plain?: number }
    | { readonly kind: 'boolean' }
    | { readonly kind: 'integer' }
    | { readonly kind: 'object'; readonly members: Members }
    | { readonly kind: 'array'; readonly element: Member }
  );
export type Members = { readonly [name: string]: Member };

/** What a JSON body may be. */
export type BodyRules = {
  readonly members: Members;
  /** What the members alone cannot say. */
  readonly rule?: (body: JsonObject) => Problem | undefined;
};

/** An endpoint that takes a JSON body and answers with one id. */
export type Endpoint = BodyRules & {
  readonly path: string;
  /** What makes two requests the same pre-sign; without it the bytes of the body do. */
  readonly businessKey?: (body: JsonObject) => readonly unknown[];
  readonly answer: { readonly member: string; readonly id: () => string };
  /** What the user's signature makes of a pre-sign; without it nothing is ever signed. */
  readonly contract?: ContractKind;
};

export type SensitiveField = {
  readonly pointer: string;
  readonly value: string;
  readonly plain?: number | undefined;
};

export const hasSensitive = (members: Members): boolean => Object.values(members).some(isOrHasSensitive);

function isOrHasSensitive(member: Member): boolean {
  if (member.kind === 'array') return isOrHasSensitive(member.element);
  return member.kind === 'object' ? hasSensitive(member.members) : member.kind === 'sensitive';
}

/** Everything about the body except what is inside the ciphertexts. */
export function checkBody({ members, rule }: BodyRules, body: JsonObject): Answer | undefined {
  const unknown = unknownMembers(members, body, '/body');
  if (unknown.length > 0) return undocumented(unknown);
  const problem = checkMembers(members, body, '/body') ?? rule?.(body);
  return problem && paramError(problem);
}

function unknownMembers(members: Members, object: JsonObject, at: string): string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const pointer = `${at}/${escapeName(name)}`;
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    return member ? unknownWithin(member, value, pointer) : [pointer];
  });
}

function unknownWithin(member: Member, value: unknown, at: string): string[] {
  if (member.kind === 'array' && Array.isArray(value))
    return value.flatMap((item, index) => unknownWithin(member.element, item, `${at}/${index}`));
  return member.kind === 'object' && isObject(value) ? unknownMembers(member.members, value, at) : [];
}

/** The first thing wrong with documented members, in the order in which they are documented. */
export function checkMembers(members: Members, object: JsonObject, at: string): Problem | undefined {
  for (const [name, member] of Object.entries(members)) {
    const field = `${at}/${escapeName(name)}`;
    const problem = Object.hasOwn(object, name)
      ? checkMember(member, object[name], field)
      : missing(member.required === true, field);
    if (problem) return problem;
  }
  return undefined;
}

export const missing = (required: boolean, field: string): Problem | undefined =>
  required ? { field, value: null, issue: 'is required', message: '缺少必填参数' } : undefined;

function checkMember(member: Member, value: unknown, field: string): Problem | undefined {
  const wrongType = (expected: string): Problem => ({ field, value, issue: `must be ${expected}` });
  switch (member.kind) {
    case 'object':
      return isObject(value) ? checkMembers(member.members, value, field) : wrongType('an object');
    case 'array':
      return Array.isArray(value) ? checkItems(member.element, value, field) : wrongType('an array');
    case 'boolean':
      return typeof value === 'boolean' ? undefined : wrongType('a boolean');
    case 'integer':
      return Number.isSafeInteger(value) ? undefined : wrongType('an integer');
    default:
      return typeof value === 'string' ? checkText(member, value, field) : wrongType('a string');
  }
}

function checkItems(element: Member, items: readonly unknown[], field: string): Problem | undefined {
  for (const [index, item] of items.entries()) {
    const problem = checkMember(element, item, `${field}/${index}`);
    if (problem) return problem;
  }
  return undefined;
}

function checkText(
  member: Member & { kind: 'string' | 'sensitive' },
  value: string,
  field: string,
): Problem | undefined {
  const { max = Number.POSITIVE_INFINITY } = member;
  if (value.length > max) return { field, value, issue: `longer than ${max} characters` };
  if (value === '' && (member.required || member.kind === 'sensitive'))
    return { field, value, issue: 'is empty' };
  if (member.kind === 'sensitive') return undefined;
  if (member.pattern && !member.pattern.test(value))
    return { field, value, issue: 'has characters that are not allowed' };
  return member.values && !member.values.includes(value)
    ? { field, value, issue: 'not one of the enum' }
    : undefined;
}

/** The ciphertexts of a body that passed `checkBody`, with pointers relative to the body. */
export const sensitiveFields = (members: Members, object: JsonObject, at = ''): SensitiveField[] =>
  Object.entries(members).flatMap(([name, member]) =>
    sensitiveWithin(member, object[name], `${at}/${escapeName(name)}`),
  );

function sensitiveWithin(member: Member, value: unknown, pointer: string): SensitiveField[] {
  if (member.kind === 'object' && isObject(value)) return sensitiveFields(member.members, value, pointer);
  if (member.kind === 'array' && Array.isArray(value))
    return value.flatMap((item, index) => sensitiveWithin(member.element, item, `${pointer}/${index}`));
  return member.kind === 'sensitive' && typeof value === 'string'
    ? [{ pointer, value, plain: member.plain }]
    : [];
}
