import { describe, expect, it } from '@jest/globals';
import { statementsOf } from '../support/iam/account.ts';
import { type Decision, decide } from '../support/iam/evaluate.ts';

const ROLE = 'arn:aws:iam::111122223333:role/r';
const ROOT = 'arn:aws:iam::111122223333:root';
const FOREIGN = 'arn:aws:iam::999988887777:role/r';
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/k';
const QUEUE = 'arn:aws:sqs:us-east-1:111122223333:q';

type Asked = { principal?: string; action?: string; resource?: string; context?: Record<string, string> };
const allow = (Action: string, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const deny = (Action: string, more: object = {}) => ({ ...allow(Action, more), Effect: 'Deny' });

/** What a role may whose policy is `identity`, where the resource's policy is `onResource`. */
const asked = (
  identity: object[],
  onResource: object[] | undefined,
  { principal = ROLE, action = 'sqs:SendMessage', resource = QUEUE, context = {} }: Asked = {},
): Decision => {
  const roles = new Map([ROLE, FOREIGN].map((role) => [role, statementsOf({ Statement: identity })]));
  const policies = onResource && ([[resource, statementsOf({ Statement: onResource })]] as const);
  return decide({ roles, resources: new Map(policies) }, { principal, action, resource, context });
};

describe('within an account', () => {
  it('denies what nothing allows, and nothing allows what something denies', () => {
    expect(asked([], undefined)).toBe('implicitDeny');
    expect(asked([allow('sqs:*')], undefined)).toBe('allowed');
    expect(asked([deny('sqs:*')], undefined)).toBe('explicitDeny');
    expect(asked([allow('*'), deny('sqs:SendMessage')], undefined)).toBe('explicitDeny');
    expect(asked([allow('*')], [deny('*', { Principal: '*' })])).toBe('explicitDeny');
    expect(asked([deny('*')], [allow('*', { Principal: { AWS: ROLE } })])).toBe('explicitDeny');
  });

  it('is content with either side’s word', () => {
    expect(asked([], [allow('sqs:*', { Principal: { AWS: ROLE } })])).toBe('allowed');
    expect(asked([], [allow('sqs:*', { Principal: '*' })])).toBe('allowed');
    expect(asked([], [allow('sqs:*', { Principal: { AWS: [FOREIGN] } })])).toBe('implicitDeny');
  });

  it('takes a policy that names the account for leave to decide by IAM', () => {
    const policy = [allow('sqs:*', { Principal: { AWS: ROOT } })];
    expect(asked([], policy)).toBe('implicitDeny');
    expect(asked([allow('sqs:*')], policy)).toBe('allowed');
    expect(asked([allow('sqs:*')], [deny('sqs:*', { Principal: { AWS: '111122223333' } })])).toBe(
      'explicitDeny',
    );
  });

  it.each([
    [{ Action: 'SQS:sendmessage' }, 'allowed'],
    [{ Action: 'sqs:Send*' }, 'allowed'],
    [{ Action: 'sqs:SendMessag?' }, 'allowed'],
    [{ Action: 'sqs:Send' }, 'implicitDeny'],
    [{ Action: ['sqs:ReceiveMessage', 's3:*'] }, 'implicitDeny'],
    [{ Action: undefined, NotAction: 'sqs:*' }, 'implicitDeny'],
    [{ Action: undefined, NotAction: ['iam:*', 's3:*'] }, 'allowed'],
    [{ Resource: 'arn:aws:sqs:*:111122223333:q' }, 'allowed'],
    [{ Resource: 'arn:aws:sqs:*' }, 'allowed'],
    [{ Resource: 'arn:aws:sqs:us-east-1:111122223333:Q' }, 'implicitDeny'],
    [{ Resource: 'arn:aws:sqs:us-east-1:111122223333:?q' }, 'implicitDeny'],
    [{ Resource: undefined, NotResource: 'arn:aws:sqs:*:*:q' }, 'implicitDeny'],
    [{ Resource: undefined, NotResource: 'arn:aws:sqs:*:*:x' }, 'allowed'],
  ])('matches %j: %s', (change, decision) => {
    const statement = { ...allow('sqs:SendMessage'), ...change };
    const said = Object.fromEntries(Object.entries(statement).filter(([, value]) => value !== undefined));
    expect(asked([said], undefined)).toBe(decision);
  });
});

describe('a KMS key', () => {
  const open = { action: 'kms:Decrypt', resource: KEY };

  it('lets IAM decide only if its policy names the account', () => {
    expect(asked([allow('kms:*')], [], open)).toBe('implicitDeny');
    expect(asked([allow('kms:*')], [allow('kms:*', { Principal: { AWS: ROOT } })], open)).toBe('allowed');
    expect(asked([], [allow('kms:*', { Principal: { AWS: ROOT } })], open)).toBe('implicitDeny');
    expect(asked([], [allow('kms:*', { Principal: { AWS: ROLE } })], open)).toBe('allowed');
  });

  it('lets it decide about what the policy gives to the account, and no more', () => {
    const policy = [allow('kms:Encrypt', { Principal: { AWS: ROOT } })];
    expect(asked([allow('kms:*')], policy, open)).toBe('implicitDeny');
  });

  it('must be known to be asked about', () => {
    expect(() => asked([allow('kms:*')], undefined, open)).toThrow(`no policy of ${KEY}`);
  });
});

describe('a service', () => {
  const Principal = { Service: 'events.amazonaws.com' };
  const Condition = { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111122223333:rule/r' } };
  const principal = 'events.amazonaws.com';
  const policy = [allow('sqs:SendMessage', { Principal, Condition })];

  it('may what the resource says, on behalf of whom it says', () => {
    const context = { 'aws:SourceArn': 'arn:aws:events:us-east-1:111122223333:rule/r' };
    expect(asked([], policy, { principal, context })).toBe('allowed');
    expect(asked([], policy, { principal: 'sns.amazonaws.com', context })).toBe('implicitDeny');
    expect(
      asked([], policy, { principal, context: { 'aws:SourceArn': `${context['aws:SourceArn']}2` } }),
    ).toBe('implicitDeny');
    expect(asked([], policy, { principal })).toBe('implicitDeny');
    expect(asked([], [...policy, deny('*', { Principal: '*' })], { principal, context })).toBe(
      'explicitDeny',
    );
  });
});

describe('across accounts', () => {
  it('needs the word of both sides', () => {
    const policy = [allow('sqs:*', { Principal: { AWS: FOREIGN } })];
    expect(asked([allow('sqs:*')], policy, { principal: FOREIGN })).toBe('allowed');
    expect(asked([], policy, { principal: FOREIGN })).toBe('implicitDeny');
    expect(asked([allow('sqs:*')], [], { principal: FOREIGN })).toBe('implicitDeny');
    const toAccount = [allow('sqs:*', { Principal: { AWS: 'arn:aws:iam::999988887777:root' } })];
    expect(asked([allow('sqs:*')], toAccount, { principal: FOREIGN })).toBe('allowed');
    expect(
      asked([allow('sqs:*')], [allow('sqs:*', { Principal: { AWS: ROOT } })], { principal: FOREIGN }),
    ).toBe('implicitDeny');
  });
});

describe('a role', () => {
  const assume = { action: 'sts:AssumeRole', resource: ROLE };
  const trust = (Principal: object) => [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }];

  it('is assumed by whom it trusts, whatever IAM says', () => {
    expect(
      asked([], trust({ Service: 'lambda.amazonaws.com' }), { ...assume, principal: 'lambda.amazonaws.com' }),
    ).toBe('allowed');
    expect(asked([allow('*')], trust({ Service: 'lambda.amazonaws.com' }), assume)).toBe('implicitDeny');
    expect(asked([allow('*')], trust({ AWS: ROOT }), assume)).toBe('allowed');
  });
});

it.each([
  [{ ...allow('s3:*'), NotPrincipal: '*' }, 'unknown elements of a statement: NotPrincipal'],
  [{ ...allow('s3:*'), Effect: 'allow' }, 'unknown Effect allow'],
  [{ ...allow('s3:*'), NotAction: 's3:*' }, 'one of Action and NotAction'],
  [{ ...allow('s3:*'), Resource: `arn:aws:s3:::\${aws:username}` }, 'policy variables are not known'],
  [{ ...allow('s3:*'), Condition: { DateLessThan: { k: '1' } } }, 'unknown condition operator DateLessThan'],
])('throws at what it does not understand: %j', (statement, message) => {
  expect(() => asked([statement], undefined)).toThrow(message);
});

it.each([
  [{ Federated: 'x' }, 'unknown type of Principal Federated'],
  [{ AWS: 'arn:aws:iam::111122223333:role/*' }, 'a Principal takes no wildcards'],
])('throws at a principal it does not understand: %j', (Principal, message) => {
  expect(() => asked([], [allow('sqs:*', { Principal })])).toThrow(message);
});

it('throws at a role that is not there', () => {
  expect(() => asked([], undefined, { principal: `${ROLE}2` })).toThrow(`no role ${ROLE}2`);
});
