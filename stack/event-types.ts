/** Which events of ours which role may put on the bus. */
import { notifications as known } from '../functions/notifications.ts';
import { detailType } from '../lib/events/contract.ts';
import { detailTypesOf } from '../lib/notifications/contract.ts';
import { stackOf } from './endpoints.ts';
import type { Variables } from './framework.ts';

/** The endpoints' own. */
export const outcomes = async (variables: Variables): Promise<string[]> =>
  (await stackOf(variables)).endpoints.flatMap((endpoint) => [
    detailType(endpoint, 'Succeeded'),
    detailType(endpoint, 'Failed'),
  ]);

/** Of what WeChat Pay has sent. */
export const notifications = detailTypesOf(known);
