/** What serverless.yml says under `functions`, seen as endpoints: those with an httpApi event. */

/** @returns name, start of its logical ids, and time-out in seconds (undefined: the provider's) of each endpoint. */
export const endpointsOf = (functions) =>
  Object.entries(functions)
    .filter(([, { events = [] }]) => events.some((event) => 'httpApi' in event))
    .map(([name, { timeout }]) => ({ name, id: name.charAt(0).toUpperCase() + name.slice(1), timeout }));

/** An ARN by name, for what cannot be referred to without a circle. */
export const arn = (service, resource) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

/** @returns the endpoints, and what the stack's names begin with. */
export const stackOf = async ({ resolveVariable }) => {
  const [functions, service, stage] = await Promise.all([
    resolveVariable('self:functions'),
    resolveVariable('self:service'),
    resolveVariable('sls:stage'),
  ]);
  return { endpoints: endpointsOf(functions), prefix: `${service}-${stage}` };
};

/** The log streams of the endpoints, for the role that may write to them. */
export const logArns = async (variables) => {
  const { endpoints, prefix } = await stackOf(variables);
  return endpoints.map(({ name }) => arn('logs', `log-group:/aws/lambda/${prefix}-${name}:*`));
};
