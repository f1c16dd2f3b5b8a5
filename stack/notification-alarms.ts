/** The alarms of the Lambda that WeChat Pay calls. */
import { pascal } from '../lib/endpoint.ts';
import { endpointNameOf } from '../lib/names.ts';
import { type AlarmSpecs, alarmsOf, metric } from './alarm.ts';
import { memoryAlarms, oursOf } from './call-alarms.ts';
import { lambdaAlarms } from './endpoint-alarms.ts';
import type { Resources } from './framework.ts';

/** The Lambda, as serverless.yml calls it. */
export const NOTIFICATIONS = 'notifications';
const FUNCTION = { Ref: `${pascal(NOTIFICATIONS)}LambdaFunction` };

const specs = (prefix: string, timeout: number): AlarmSpecs => {
  const ours = oursOf(prefix, NOTIFICATIONS);
  return {
    ...lambdaAlarms(FUNCTION, timeout),
    // The route is open: now and then somebody tries it. Of WeChat Pay's own, two are refused eight times in a quarter.
    Refused: {
      says: 'Notifications that are not proved to be WeChat Pay’s keep coming.',
      page: 'notifications-refused',
      watches: ours('NotificationRefused'),
      above: 7,
      period: 900,
    },
    // WeChat Pay sends again what failed once, so only what lasts.
    Failing: {
      says: 'Notifications of WeChat Pay do not reach the bus.',
      page: 'notifications-failing',
      watches: ours('NotificationFailed'),
      above: 0,
      periods: 2,
      of: 3,
    },
    Slow: {
      says: 'A notification was answered after more than 3 s, and WeChat Pay waits 5.',
      page: 'notifications-slow',
      watches: metric('AWS/Lambda', 'Duration', { FunctionName: FUNCTION }, 'Maximum'),
      above: 3_000,
    },
    MerchantMisconfigured: {
      says: 'Notifications cannot be opened by the set-up of a merchant, and will not until somebody acts.',
      page: 'merchant-misconfigured',
      watches: ours('MerchantMisconfigured'),
      above: 0,
    },
    ...memoryAlarms(ours),
  };
};

/** @param timeout in seconds. @returns the alarms by logical id. */
export const notificationAlarms = (prefix: string, timeout: number): Resources =>
  alarmsOf(pascal(NOTIFICATIONS), endpointNameOf(prefix, NOTIFICATIONS), specs(prefix, timeout));
