/** What an operator is woken, or told, for. docs/runbook/ has a page for each kind, with why its threshold is what it is. */
import { pascal } from '../lib/endpoint.ts';
import { endpointNameOf } from '../lib/names.ts';
import { alarmsOf } from './alarm.ts';
import { contractAlarms } from './call-alarms.ts';
import { endpointAlarms, lambdaAlarms } from './endpoint-alarms.ts';
import { stackOf } from './endpoints.ts';
import { type Resources, settingsOf, type Variables } from './framework.ts';
import { NOTIFICATIONS, notificationAlarms } from './notification-alarms.ts';
import { REFRESH, stageAlarms } from './stage-alarms.ts';

/** For `resources` in serverless.yml. */
export const resources = async (variables: Variables): Promise<{ Resources: Resources }> => {
  const timeoutOf = (name: string) =>
    variables.resolveVariable(`self:functions.${name}.timeout`) as Promise<number>;
  const [{ endpoints, prefix }, timeout, notificationTimeout, { lambdaConcurrency }] = await Promise.all([
    stackOf(variables),
    timeoutOf(REFRESH),
    timeoutOf(NOTIFICATIONS),
    settingsOf(variables),
  ]);
  const all = endpoints.map((endpoint) => endpointAlarms(endpoint, prefix));
  const refreshAlarms = alarmsOf(
    pascal(REFRESH),
    endpointNameOf(prefix, REFRESH),
    lambdaAlarms({ Ref: `${pascal(REFRESH)}LambdaFunction` }, timeout),
  );
  const once = [
    refreshAlarms,
    contractAlarms(prefix),
    notificationAlarms(prefix, notificationTimeout),
    stageAlarms(prefix, lambdaConcurrency),
  ];
  return { Resources: Object.assign({}, ...all, ...once) };
};
