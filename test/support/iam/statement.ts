import { type Context, conditionHolds } from './conditions.ts';
import { like } from './wildcards.ts';

export type Statement = {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: '*' | Record<string, string | string[]>;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: object;
};

/** A role's ARN or a service's name, what it does, to what, and what else is known of that. */
export type Request = { principal: string; action: string; resource: string; context: Context };

/** `account`: it is the principal's account that is named, and so its IAM policies decide. */
export type Named = 'itself' | 'account' | 'no';

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/** @throws Error when the statement says something that is not understood here. */
export const checked = (statement: object): Statement => {
  const unknown = Object.keys(statement).filter((element) => !ELEMENTS.has(element));
  if (unknown.length > 0) throw new Error(`unknown elements of a statement: ${unknown.join(', ')}`);
  const { Effect, Action, NotAction, Resource, NotResource } = statement as Statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new Error(`unknown Effect ${Effect}`);
  if ((Action === undefined) === (NotAction === undefined)) throw new Error('one of Action and NotAction');
  if (Resource !== undefined && NotResource !== undefined) throw new Error('Resource and NotResource');
  if (JSON.stringify([Resource, NotResource]).includes('${'))
    throw new Error('policy variables are not known');
  return statement as Statement;
};

export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

const namesRole = (named: string, role: string): Named => {
  if (named === '*' || named === role) return 'itself';
  if (named.includes('*')) throw new Error(`a Principal takes no wildcards: ${named}`);
  const isAccount = named.endsWith(':root') || /^\d{12}$/.test(named);
  const account = named.endsWith(':root') ? accountOf(named) : named;
  return isAccount && account === accountOf(role) ? 'account' : 'no';
};

/** Who the statement of a resource's policy is about: this principal, its account, or somebody else. */
export const names = ({ Principal }: Statement, principal: string): Named => {
  if (Principal === '*') return 'itself';
  if (Principal === undefined) throw new Error('a resource’s policy without a Principal');
  const found = Object.entries(Principal).flatMap(([type, those]) => {
    const all = [those].flat();
    if (type === 'Service') return all.map((service): Named => (service === principal ? 'itself' : 'no'));
    if (type === 'AWS') return all.map((arn) => namesRole(arn, principal));
    throw new Error(`unknown type of Principal ${type}`);
  });
  if (found.includes('itself')) return 'itself';
  return found.includes('account') ? 'account' : 'no';
};

const actionMatches = ({ Action, NotAction }: Statement, action: string): boolean => {
  const among = (patterns: string | string[]) =>
    [patterns].flat().some((pattern) => like(pattern.toLowerCase(), action.toLowerCase()));
  return NotAction === undefined ? among(Action ?? []) : !among(NotAction);
};

const resourceMatches = ({ Resource, NotResource }: Statement, resource: string): boolean => {
  const among = (patterns: string | string[]) => [patterns].flat().some((pattern) => like(pattern, resource));
  if (NotResource !== undefined) return !among(NotResource);
  // A role's trust policy names no resource: it is about that role.
  return Resource === undefined || among(Resource);
};

/** Whether the statement is about this action, resource and context, whoever asks. */
export const covers = (statement: Statement, { action, resource, context }: Request): boolean => {
  // Looked at first and always: a condition that is not understood throws even where nothing hangs on it.
  const holds = conditionHolds(statement.Condition ?? {}, context);
  return holds && actionMatches(statement, action) && resourceMatches(statement, resource);
};
