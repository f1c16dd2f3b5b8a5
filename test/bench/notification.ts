import { startBundle } from '../support/bundles.ts';
import { ms, type Row } from './report.ts';
import { AWS_MS, type Servers } from './server-process.ts';
import { median, spread } from './stats.ts';

const WARM_UP = 30;
const NOTIFICATIONS = 300;

/** From a notification to its event on the bus, warm, in units of the bus's distance: nothing else is called. */
export const notificationLatency = async (
  bundle: string,
  { env, notification, order }: Servers,
): Promise<Row> => {
  await order('distant');
  const lambda = await startBundle(bundle, env);
  await lambda.repeat(notification, WARM_UP);
  const { latenciesMs } = await lambda.repeat(notification, NOTIFICATIONS);
  await lambda.close();
  await order('near');
  const ratios = latenciesMs.map((value) => value / AWS_MS);
  return {
    figure: `notification to event, to a bus ${AWS_MS} ms away`,
    measured: median(ratios),
    unit: '×',
    runs: NOTIFICATIONS,
    spread: spread(ratios),
    bar: { kind: 'max', value: 1.3 },
    note: ms(median(latenciesMs)),
  };
};
