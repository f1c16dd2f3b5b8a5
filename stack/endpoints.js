/** What serverless.yml says under `functions`, seen as endpoints: those with an httpApi event. */

/** @returns name and start of the logical ids of each endpoint, and its own time-out if it has one. */
export const endpointsOf = (functions) =>
  Object.entries(functions)
    .filter(([, { events = [] }]) => events.some((event) => 'httpApi' in event))
    .map(([name, { timeout }]) => ({ name, id: name.charAt(0).toUpperCase() + name.slice(1), timeout }));

/** An ARN by name, for what cannot be referred to without a circle. */
export const arn = (service, resource) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

/** @returns the endpoints, each with its time-out in seconds, and what the stack's names begin with. */
export const stackOf = async ({ resolveVariable }) => {
  const [functions, usual, service, stage] = await Promise.all([
    resolveVariable('self:functions'),
    resolveVariable('self:provider.timeout'),
    resolveVariable('self:service'),
    resolveVariable('sls:stage'),
  ]);
  const endpoints = endpointsOf(functions).map(({ timeout = usual, ...rest }) => ({ ...rest, timeout }));
  return { endpoints, prefix: `${service}-${stage}` };
};

/** The log streams of the endpoints, for the role that may write to them. */
export const logArns = async (variables) => {
  const { endpoints, prefix } = await stackOf(variables);
  return endpoints.map(({ name }) => arn('logs', `log-group:/aws/lambda/${prefix}-${name}:*`));
};
