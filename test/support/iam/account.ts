import { ofType, propertiesOf, type Resource, type Resources } from '../template/packaged.ts';
import type { Account } from './evaluate.ts';
import { createResolver, type Partition, type Resolver } from './resolve.ts';
import { checked, type Statement } from './statement.ts';

type Document = { Statement: object | object[] };
type Policies = [arn: string, statements: Statement[]][];

export const statementsOf = ({ Statement }: Document): Statement[] => [Statement].flat().map(checked);

/** Managed policies and the like would allow more than can be read in the template. */
const UNREAD = ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy', 'AWS::KMS::Grant'];

const identityOf = (properties: Resource['Properties']): Statement[] => {
  if (properties['ManagedPolicyArns'] !== undefined) throw new Error('managed policies cannot be read here');
  const policies = properties['Policies'] as { PolicyDocument: Document }[];
  return policies.flatMap(({ PolicyDocument }) => statementsOf(PolicyDocument));
};

/** The policies that the template attaches to queues, topics and buses, by resources of their own. */
const attached = (resources: Resources, { arn, resolve }: Resolver): Policies => {
  const targets = (type: string, property: string): Policies =>
    ofType(resources, type).flatMap(([, { Properties }]) => {
      const document = Properties['PolicyDocument'] ?? { Statement: Properties['Statement'] };
      const statements = statementsOf(resolve(document) as Document);
      const refs = [Properties[property]].flat() as { Ref: string }[];
      return refs.map(({ Ref }): Policies[number] => [arn(Ref), statements]);
    });
  return [
    ...targets('AWS::SQS::QueuePolicy', 'Queues'),
    ...targets('AWS::SNS::TopicPolicy', 'Topics'),
    ...targets('AWS::Events::EventBusPolicy', 'EventBusName'),
  ];
};

/** A resource may have several policies. */
const together = (policies: Policies): Map<string, Statement[]> => {
  const all = new Map<string, Statement[]>();
  for (const [arn, statements] of policies) all.set(arn, [...(all.get(arn) ?? []), ...statements]);
  return all;
};

export type Stack = Resolver & {
  account: Account;
  /** Logical ids of the roles. */
  roles: string[];
};

/**
 * The stack as IAM sees it, in an account that has these other roles and resources as well.
 * @throws Error when a role is given anything that is not in the template, and at what cannot be resolved.
 */
export const stackIn = (
  resources: Resources,
  partition: Partition,
  others: (resolver: Resolver) => { roles: Policies; resources: Policies },
): Stack => {
  const unread = Object.entries(resources).filter(([, { Type }]) => UNREAD.includes(Type));
  if (unread.length > 0) throw new Error(`policies that are not looked at: ${unread.map(([id]) => id)}`);
  const resolver = createResolver(resources, partition);
  const properties = (id: string) => resolver.resolve(propertiesOf(resources, id)) as Resource['Properties'];
  const policies = (type: string, read: (properties: Resource['Properties']) => Statement[]): Policies =>
    ofType(resources, type).map(([id]) => [resolver.arn(id), read(properties(id))]);
  const rest = others(resolver);
  const account = {
    roles: together([...policies('AWS::IAM::Role', identityOf), ...rest.roles]),
    resources: together([
      ...policies('AWS::IAM::Role', (role) => statementsOf(role['AssumeRolePolicyDocument'] as Document)),
      ...policies('AWS::KMS::Key', (key) => statementsOf(key['KeyPolicy'] as Document)),
      ...attached(resources, resolver),
      ...rest.resources,
    ]),
  };
  return { ...resolver, account, roles: ofType(resources, 'AWS::IAM::Role').map(([id]) => id) };
};
