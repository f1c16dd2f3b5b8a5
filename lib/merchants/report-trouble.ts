import { errorFields } from '../error-fields.ts';
import type { Telemetry } from '../telemetry.ts';
import type { OnTrouble } from './entry.ts';

/** @returns what logs and counts the trouble with a merchant that nobody is answered with. */
export const reportTrouble =
  (telemetry: Telemetry): OnTrouble =>
  (mchid, error) => {
    // Its number comes last: most of these errors name no merchant, and would take it away again.
    telemetry.log('warn', 'merchant refresh failed', { ...errorFields(error), mchid });
    telemetry.count('MerchantRefreshFailed');
  };
