/**
 * What an operator is woken, or told, for. docs/runbook/ has a page for each kind, with why its threshold is what it is.
 * ${file(stack/alarms.js):resources} calls the export.
 */
import { alarmsOf } from './alarm.js';
import { endpointAlarms, lambdaAlarms } from './endpoint-alarms.js';
import { stackOf } from './endpoints.js';
import { stageAlarms } from './stage-alarms.js';

/** For `resources` in serverless.yml. */
export const resources = async (variables) => {
  const [{ endpoints, prefix }, refresh, lambdaConcurrency] = await Promise.all([
    stackOf(variables),
    variables.resolveVariable('self:functions.platformCertificatesRefresh'),
    variables.resolveVariable('self:custom.set.lambdaConcurrency'),
  ]);
  const all = endpoints.map((endpoint) => endpointAlarms(endpoint, prefix));
  const refreshAlarms = alarmsOf(
    'PlatformCertificatesRefresh',
    `${prefix}-platformCertificatesRefresh`,
    lambdaAlarms({ Ref: 'PlatformCertificatesRefreshLambdaFunction' }, refresh.timeout),
  );
  return { Resources: Object.assign({}, ...all, refreshAlarms, stageAlarms(prefix, lambdaConcurrency)) };
};
