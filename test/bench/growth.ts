import { type BundleProcess, startBundle } from '../support/bundles.ts';
import { ETC_PATH, etcRequest, eventFor } from './etc.ts';
import { payeeEvent } from './payee.ts';
import { ms, type Row } from './report.ts';
import { CROWD, MANY_KEYS, MANY_KEYS_MCHID, MCHID, type Servers } from './server-process.ts';
import { median, pairedRatios, spread } from './stats.ts';

const ROUNDS = 10;
const REQUESTS = 100;
/** Characters of a field without a documented length: nearly as many as the way in takes. */
const LARGE = 60_000;

type Events = readonly unknown[];
/** What is sent in a round; the round before the first warms up. */
type Contender = { lambda: BundleProcess; events: (round: number) => Events };

/** Milliseconds of CPU per request, in warm processes whose rounds take turns. */
const compare = async (figure: string, more: Contender, base: Contender): Promise<Row> => {
  const spend = async ({ lambda, events }: Contender, round: number): Promise<number> =>
    (await lambda.repeat(events(round), REQUESTS)).cpuMs / REQUESTS;
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = -1; round < ROUNDS; round += 1) {
    const pair = [await spend(more, round), await spend(base, round)] as const;
    if (round < 0) continue;
    ours.push(pair[0]);
    theirs.push(pair[1]);
  }
  const ratios = pairedRatios(ours, theirs);
  const note = `${ms(median(ours))} to ${ms(median(theirs))}`;
  return { figure, measured: median(ratios), unit: '×', runs: ROUNDS, spread: spread(ratios), note };
};

const always = (event: unknown) => () => [event];
const of = (mchid: string) => eventFor(ETC_PATH, etcRequest, { 'wechatpay-mchid': mchid });

/** How the CPU per request grows with a body, with merchants, with their platform keys; and with a second signature. */
export const growth = async (etc: string, payee: string, { env, order }: Servers): Promise<Row[]> => {
  await order('crowd');
  const lambda = await startBundle(etc, env);
  const payees = await startBundle(payee, env);
  try {
    // Each merchant is in memory before the first round, and is sent for once in the ten.
    const crowd = CROWD.map(of);
    await lambda.repeat(crowd, crowd.length);
    const turn = (round: number) => crowd.slice(Math.max(round, 0) * REQUESTS).slice(0, REQUESTS);
    const one = { lambda, events: always(of(MCHID)) };
    const large = eventFor(ETC_PATH, { ...etcRequest, etc_device_id: '9'.repeat(LARGE) });
    const contracts = () => Array.from({ length: REQUESTS }, payeeEvent);
    const figure = 'CPU per request,';
    return [
      await compare(`${figure} a body of 60 kB, to one of 0.5 kB`, { lambda, events: always(large) }, one),
      await compare(`${figure} 1,000 merchants in turn, to one`, { lambda, events: turn }, one),
      await compare(
        `${figure} ${MANY_KEYS} platform keys, to one`,
        { lambda, events: always(of(MANY_KEYS_MCHID)) },
        one,
      ),
      await compare(
        `${figure} payee with a signed launch, to ETC`,
        { lambda: payees, events: contracts },
        one,
      ),
    ];
  } finally {
    await Promise.all([lambda.close(), payees.close()]);
    await order('clear');
  }
};
