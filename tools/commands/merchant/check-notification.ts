import { SOURCE } from '../../../lib/events/contract.ts';
import { namesOf } from '../../../lib/names.ts';
import { connectEventBridge, connectSqs } from '../../aws.ts';
import { UsageError } from '../../explain.ts';
import { type BusLine, openBusLine } from './bus-line.ts';
import { type Finding, fail, ok } from './check-finding.ts';
import type { Context } from './context.ts';

/** A rule may take a minute to be in force, and what came before that is not heard of: so it is asked several times. */
const TRIES = 6;
const SECONDS_EACH = 15;

const LOOPBACK = new Set(['127.0.0.1', 'localhost']);

/**
 * Where WeChat Pay is to send a merchant's notifications.
 * @param api the origin of the HTTP API. @throws UsageError
 */
export const notifyUrlOf = (api: string, mchid: string): string => {
  if (mchid === '') throw new UsageError('--notify is for one merchant: check MCHID --notify API');
  const url = URL.parse(api);
  const isHttps = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (url === null || !isHttps || url.origin !== api.replace(/\/$/, ''))
    throw new UsageError(
      '--notify is the API alone, as in https://abc123.execute-api.cn-north-1.amazonaws.com.cn',
    );
  return `${url.origin}/notifications/${mchid}`;
};

/** Hears of WeChat Pay's notification of a self-test, once it is on the bus. */
const listenToBus = async ({ stage, place, env }: Context, mchid: string): Promise<BusLine> => {
  const [events, sqs] = await Promise.all([connectEventBridge(place, env), connectSqs(place, env)]);
  const prefix = `${namesOf(stage).eventBus}-check-${mchid}-`;
  const line = await openBusLine(
    { events, sqs, name: env['EVENT_BUS_NAME'] || namesOf(stage).eventBus, prefix },
    { source: [SOURCE], detail: { mchid: [mchid], event_type: ['SECURITY_ECHO.SUCCESS'] } },
  );
  return {
    hear: line.hear,
    close: async () => {
      await line.close().finally(() => {
        events.destroy();
        sqs.destroy();
      });
    },
  };
};

/**
 * The self-test with a notification: WeChat Pay → our API → the bus, before any user.
 * @param ask sends one self-test that asks for the notification.
 * @returns what the self-test said, and whether the notification came.
 */
export const checkNotification = async (
  context: Context,
  mchid: string,
  ask: () => Promise<Finding[]>,
): Promise<Finding[]> => {
  const line = await listenToBus(context, mchid);
  try {
    for (let tries = 1; ; tries += 1) {
      const findings = await ask();
      if (findings.some(({ level }) => level !== 'ok')) return findings;
      if (await line.hear(SECONDS_EACH))
        return [...findings, ok('notification', 'WeChat Pay’s notification arrived on the bus')];
      if (tries === TRIES) return [...findings, missing];
    }
  } finally {
    await line.close();
  }
};

const missing = fail(
  'notification',
  `no notification arrived on the bus within ${TRIES * SECONDS_EACH} seconds: is the URL reachable from the internet, ` +
    'and what does the log of the notifications function say?',
);
