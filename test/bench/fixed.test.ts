import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Bundles } from '../support/bundles.ts';
import { packagedBundles } from '../support/template/packaged.ts';
import { buildComparisons, type Comparisons } from './comparisons.ts';
import { ETC_BUNDLE } from './etc.ts';
import { bytesLoaded, callsPerPresign } from './fixed.ts';
import { moduleLoad } from './loads.ts';
import { PAYEE_BUNDLE } from './payee.ts';
import { type Row, table, verdict } from './report.ts';
import { type Servers, startServers } from './server-process.ts';

let bundles: Bundles;
let comparisons: Comparisons;
let servers: Servers;
beforeAll(async () => {
  [bundles, comparisons, servers] = await Promise.all([
    packagedBundles(),
    buildComparisons(),
    startServers(),
  ]);
});
afterAll(async () => {
  await Promise.all([comparisons?.remove(), servers?.close()]);
});

const missed = (rows: readonly Row[]) =>
  rows.filter((row) => !verdict(row)?.met).map(({ figure, measured }) => `${figure}: ${measured}`);

it('what is the same on every machine meets its bar: bytes loaded, and calls per pre-sign', async () => {
  const bundle = bundles.file(ETC_BUNDLE);
  const calls = await callsPerPresign(bundle, bundles.file(PAYEE_BUNDLE), servers);
  const rows = [await bytesLoaded(bundle, servers), ...calls];
  expect(rows).toHaveLength(7);
  expect(missed(rows)).toEqual([]);
});

it('what differs is measured and printed, and nothing is asked of it', async () => {
  const rows = await moduleLoad(bundles.file(ETC_BUNDLE), comparisons, 3);
  process.stderr.write(`${table(rows)}\n`);
  for (const { measured } of rows) expect(measured).toBeGreaterThan(0);
});
