/** What serverless.yml says under `functions`, seen as endpoints: of pre-signs, those with an sqs event, and of contracts. */
import { pascal } from '../lib/endpoint.ts';
import { endpointNameOf, prefixOf } from '../lib/names.ts';
import { arn, type Expression, type FunctionConfig, stageOf, type Variables } from './framework.ts';

type Functions = Readonly<Record<string, FunctionConfig>>;

/** `id` is what its logical ids begin with; `timeout` is in seconds. */
export type StackEndpoint = { name: string; id: string; timeout: number };

/**
 * The pre-sign endpoints: functions with an sqs event.
 * @param usual the time-out of a function that has none of its own.
 */
export const endpointsOf = (functions: Functions, usual: number): StackEndpoint[] =>
  Object.entries(functions)
    .filter(([, { events = [] }]) => events.some((event) => 'sqs' in event))
    .map(([name, { timeout = usual }]) => ({ name, id: pascal(name), timeout }));

/** The names of the contract endpoints: functions that run as their role. */
const contractsOf = (functions: Functions): string[] =>
  Object.entries(functions)
    .filter(([, { role }]) => role === 'ContractRole')
    .map(([name]) => name);

type Stack = { endpoints: StackEndpoint[]; contracts: string[]; prefix: string };

/** @returns the endpoints, and what the stack's names begin with. */
export const stackOf = async (variables: Pick<Variables, 'resolveVariable'>): Promise<Stack> => {
  const [functions, usual, stage] = await Promise.all([
    variables.resolveVariable('self:functions') as Promise<Functions>,
    variables.resolveVariable('self:provider.timeout') as Promise<number>,
    stageOf(variables),
  ]);
  return {
    endpoints: endpointsOf(functions, usual),
    contracts: contractsOf(functions),
    prefix: prefixOf(stage),
  };
};

const streamsOf = (prefix: string, name: string): Expression =>
  arn('logs', `log-group:/aws/lambda/${endpointNameOf(prefix, name)}:*`);

/** The log streams of the pre-sign endpoints, for the role that may write to them. */
export const logArns = async (variables: Variables): Promise<Expression[]> => {
  const { endpoints, prefix } = await stackOf(variables);
  return endpoints.map(({ name }) => streamsOf(prefix, name));
};

/** Those of the contract endpoints. */
export const contractLogArns = async (variables: Variables): Promise<Expression[]> => {
  const { contracts, prefix } = await stackOf(variables);
  return contracts.map((name) => streamsOf(prefix, name));
};
