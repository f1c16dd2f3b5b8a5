import { parseArgs } from 'node:util';
import { packageBundles } from '../support/bundles.ts';
import { runNotifications } from './notifications.ts';
import { runChaos } from './run.ts';

const HELP = `Usage: npm run chaos -- [--pre-signs N] [--seed N] [--lenient]
       npm run chaos -- --notifications N [--seed N]

Asks for pre-signs by event while KMS throttles, WeChat Pay fails, connections break, answers are forged, get lost and
come late, two services at once are out, clocks are wrong and Lambdas are killed at work; then clears up, moves the dead
letters back and reports what became of every one. Everything runs on this machine and ends by itself, after about
five minutes.

  --pre-signs N  how many to ask for (default 10000)
  --notifications N
                instead, that many notifications of WeChat Pay, each sent until it is taken, amid three times as many
                forged ones, while bus, registry, KMS and refresh fail and WeChat Pay rotates its certificate
  --seed N      of chance (default: today's)
  --lenient     WeChat Pay takes other bytes under a known out_contract_code for another pre-sign, and does not
                refuse them
  --help        this text

The report is one JSON object on stdout. Status 0 when its "violations" are empty: no pre-sign was lost, doubled, sent
with other bytes, or made and reported as failed without "uncertain"; of notifications: each genuine one is on the bus,
no forged one is, and none cost a signature. Status 1 when there are any, 2 when the storm
could not be held.
`;

const numberOf = (text: string, name: string): number => {
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1)
    throw new Error(`${name} must be a number from 1, '${text}' given`);
  return Number(text);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      'pre-signs': { type: 'string' },
      notifications: { type: 'string' },
      seed: { type: 'string' },
      lenient: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const presigns = numberOf(values['pre-signs'] ?? '10000', '--pre-signs');
  const seed = numberOf(values.seed ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''), '--seed');
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const refusesReentry = values.lenient !== true;
  const ofPresigns = async () => {
    say('Bundling the Lambdas …');
    const bundles = await packageBundles();
    return runChaos({ bundles, presigns, seed, say, refusesReentry }).finally(bundles.remove);
  };
  const report =
    values.notifications === undefined
      ? await ofPresigns()
      : await runNotifications({
          notifications: numberOf(values.notifications, '--notifications'),
          seed,
          say,
        });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.violations.length === 0 ? 0 : 1;
};

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
