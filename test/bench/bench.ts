import { availableParallelism } from 'node:os';
import { packageBundles } from '../support/bundles.ts';
import { batchLatency } from './batch.ts';
import { conclude, HELP, readOptions } from './cli.ts';
import { buildComparisons } from './comparisons.ts';
import { cpuPerRequest } from './cpu.ts';
import { ETC_BUNDLE } from './etc.ts';
import { bytesLoaded, callsPerPresign } from './fixed.ts';
import { growth } from './growth.ts';
import { latency } from './latency.ts';
import { moduleLoad } from './loads.ts';
import { notificationLatency } from './notification.ts';
import { PAYEE_BUNDLE } from './payee.ts';
import type { Row } from './report.ts';
import { startServers } from './server-process.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const measureAll = async (): Promise<Row[]> => {
  say('Bundling …');
  const bundles = await packageBundles();
  const comparisons = await buildComparisons();
  const ours = bundles.file(ETC_BUNDLE);
  const payee = bundles.file(PAYEE_BUNDLE);
  try {
    say('Module load …');
    const loads = await moduleLoad(ours, comparisons);
    const servers = await startServers();
    try {
      // First, for the one that is delivered was signed when the servers started, and is good for five minutes.
      say('Notifications …');
      const notification = await notificationLatency(bundles.file('notifications'), servers);
      say('CPU per request …');
      const cpu = await cpuPerRequest(ours, servers);
      say('Latency, warm and cold …');
      const latencies = await latency(ours, servers);
      say('Batches …');
      const batch = await batchLatency(ours, servers);
      say('Growth …');
      const grown = await growth(ours, payee, servers);
      say('Bytes and calls …');
      const bytes = await bytesLoaded(ours, servers);
      const calls = await callsPerPresign(ours, payee, servers);
      return [bytes, ...loads, ...cpu, ...latencies, batch, notification, ...grown, ...calls];
    } finally {
      await servers.close();
    }
  } finally {
    await Promise.all([bundles.remove(), comparisons.remove()]);
  }
};

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(HELP);
  const machine = {
    node: process.version,
    cores: availableParallelism(),
    date: new Date().toISOString().slice(0, 10),
  };
  const { text, status } = conclude(await measureAll(), machine, options);
  process.stdout.write(`${text}\n`);
  process.exitCode = status;
};

await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
