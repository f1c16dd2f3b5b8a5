/** What serverless.yml says under `functions`, seen as endpoints: those with an httpApi event. */
import { pascal } from '../lib/endpoint.ts';
import { endpointNameOf, prefixOf } from '../lib/names.ts';
import { arn, type Expression, type FunctionConfig, stageOf, type Variables } from './framework.ts';

type Functions = Readonly<Record<string, FunctionConfig>>;

/** `id` is what its logical ids begin with; `timeout` is in seconds. */
export type StackEndpoint = { name: string; id: string; timeout: number };

/** @param usual the time-out of a function that has none of its own. */
export const endpointsOf = (functions: Functions, usual: number): StackEndpoint[] =>
  Object.entries(functions)
    .filter(([, { events = [] }]) => events.some((event) => 'httpApi' in event))
    .map(([name, { timeout = usual }]) => ({ name, id: pascal(name), timeout }));

/** @returns the endpoints, and what the stack's names begin with. */
export const stackOf = async (
  variables: Pick<Variables, 'resolveVariable'>,
): Promise<{ endpoints: StackEndpoint[]; prefix: string }> => {
  const [functions, usual, stage] = await Promise.all([
    variables.resolveVariable('self:functions') as Promise<Functions>,
    variables.resolveVariable('self:provider.timeout') as Promise<number>,
    stageOf(variables),
  ]);
  return { endpoints: endpointsOf(functions, usual), prefix: prefixOf(stage) };
};

/** The log streams of the endpoints, for the role that may write to them. */
export const logArns = async (variables: Variables): Promise<Expression[]> => {
  const { endpoints, prefix } = await stackOf(variables);
  return endpoints.map(({ name }) => arn('logs', `log-group:/aws/lambda/${endpointNameOf(prefix, name)}:*`));
};
