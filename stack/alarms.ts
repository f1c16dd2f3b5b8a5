/** What an operator is woken, or told, for. docs/runbook/ has a page for each kind, with why its threshold is what it is. */
import { pascal } from '../lib/endpoint.ts';
import { endpointNameOf } from '../lib/names.ts';
import { alarmsOf } from './alarm.ts';
import { contractAlarms } from './call-alarms.ts';
import { endpointAlarms, lambdaAlarms } from './endpoint-alarms.ts';
import { stackOf } from './endpoints.ts';
import { type Resources, settingsOf, type Variables } from './framework.ts';
import { REFRESH, stageAlarms } from './stage-alarms.ts';

/** For `resources` in serverless.yml. */
export const resources = async (variables: Variables): Promise<{ Resources: Resources }> => {
  const [{ endpoints, prefix }, timeout, { lambdaConcurrency }] = await Promise.all([
    stackOf(variables),
    variables.resolveVariable(`self:functions.${REFRESH}.timeout`) as Promise<number>,
    settingsOf(variables),
  ]);
  const all = endpoints.map((endpoint) => endpointAlarms(endpoint, prefix));
  const refreshAlarms = alarmsOf(
    pascal(REFRESH),
    endpointNameOf(prefix, REFRESH),
    lambdaAlarms({ Ref: `${pascal(REFRESH)}LambdaFunction` }, timeout),
  );
  const once = [refreshAlarms, contractAlarms(prefix), stageAlarms(prefix, lambdaConcurrency)];
  return { Resources: Object.assign({}, ...all, ...once) };
};
