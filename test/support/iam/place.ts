import { contractEndpointsIn, endpointsIn } from '../../../lib/documents/endpoints.ts';
import { prefixOf } from '../../../lib/names.ts';
import { pascal, type Resources } from '../template/packaged.ts';
import { type Stack, stackIn, statementsOf } from './account.ts';
import type { Context } from './conditions.ts';
import type { Partition, Resolver } from './resolve.ts';

/** What the names of the stack begin with. */
export const NAME = prefixOf('prod');
/** The same, of another stage. */
export const OTHER_NAME = prefixOf('dev');
/** Somebody else's account. */
export const STRANGERS = '999988887777';

/** What somebody may want to do: its story, one action or more, with what, and how. */
export type Call = readonly [
  story: string,
  actions: string | readonly string[],
  arn: string,
  context?: Context,
];
/** Calls that these alone may make. */
export type Calls = { may: readonly string[]; calls: readonly Call[] };

/** The policy every key has that is made without one, and the trust of a role that its account may assume. */
const accountDecides = ({ arnOf }: Resolver) =>
  statementsOf({
    Statement: { Effect: 'Allow', Principal: { AWS: arnOf('iam', 'root') }, Action: '*', Resource: '*' },
  });
const everything = statementsOf({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });

/** What the stack shares its account with. The merchants' keys are made by the operator, after the stack. */
const neighboursOf = ({ arnOf }: Resolver) => ({
  merchantKey: arnOf('kms', 'key/merchant'),
  /** Nothing to do with us. */
  otherKey: arnOf('kms', 'key/other'),
  otherRole: arnOf('iam', 'role/other'),
  administrator: arnOf('iam', 'role/administrator'),
  operator: arnOf('iam', 'role/operator'),
  strangersRole: arnOf('iam', 'role/administrator', STRANGERS),
  strangersKey: arnOf('kms', 'key/merchant', STRANGERS),
});

const others = (resolver: Resolver): ReturnType<Parameters<typeof stackIn>[2]> => {
  const all = neighboursOf(resolver);
  const policy = accountDecides(resolver);
  return {
    roles: [
      [all.administrator, everything],
      [all.operator, everything],
      [all.strangersRole, everything],
    ],
    resources: [
      [all.merchantKey, policy],
      [all.otherKey, policy],
      [all.otherRole, policy],
      [all.strangersKey, statementsOf({ Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*' } })],
    ],
  };
};

export type Place = Stack &
  ReturnType<typeof neighboursOf> & {
    endpoints: readonly { name: string; id: string }[];
    /** Names of the contract endpoints. */
    contracts: readonly string[];
    /** What KMS says of a call that a service makes for somebody. */
    viaService: (service: string) => Context;
  };

/** The stack and its neighbours. */
export const placeOf = async (resources: Resources, partition: Partition): Promise<Place> => {
  const stack = stackIn(resources, partition, others);
  return {
    ...stack,
    ...neighboursOf(stack),
    endpoints: (await endpointsIn()).map(({ name }) => ({ name, id: pascal(name) })),
    contracts: (await contractEndpointsIn()).map(({ name }) => name),
    // The same ending in every partition, whatever hosts are called there:
    // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html, under kms:ViaService.
    viaService: (service) => ({
      'kms:ViaService': `${service}.${stack.pseudo('AWS::Region')}.amazonaws.com`,
    }),
  };
};
