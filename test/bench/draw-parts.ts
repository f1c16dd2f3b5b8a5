import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import plugins from '../../stack/bundle-plugins.ts';
import { startChild } from './child.ts';
import { esbuildOptions } from './comparisons.ts';
import { ETC_BUNDLE, etcEvent } from './etc.ts';
import { createAttribution, PARTS, type Times } from './parts.ts';
import { drawParts } from './parts-svg.ts';
import { startServers } from './server-process.ts';
import { median } from './stats.ts';

// Writes docs/benchmarks.svg (`npm run bench:parts`). A profile tells shares of one thread's time, not CPU time: on a busy
// machine system calls look longer than they are.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RUNS = 5;
const WARM_UP = 300;
const REQUESTS = 300;

type Profiles = { load: Profiler.Profile; request: Profiler.Profile };

/** The bundle as it is shipped, with the maps that tell what is whose. */
const buildMapped = async (folder: string): Promise<string> => {
  const entryPoints = [`functions/${ETC_BUNDLE}.ts`];
  const options = { ...(await esbuildOptions()), plugins, splitting: true, sourcemap: true };
  await build({
    ...options,
    entryPoints,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    absWorkingDir: ROOT,
  });
  return join(folder, `${ETC_BUNDLE}.mjs`);
};

/** Part by part, for one slow run says nothing. */
const medians = (all: readonly Times[]): Times =>
  Object.fromEntries(PARTS.map((part) => [part, median(all.map((times) => times[part]))])) as Times;

const folder = await mkdtemp(join(tmpdir(), 'presign-parts-'));
const servers = await startServers();
try {
  const bundle = await buildMapped(folder);
  const files = (await readdir(folder))
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => join(folder, name));
  const attribute = await createAttribution(files);
  const loads: Times[] = [];
  const requests: Times[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const env = { ...servers.env, AWS_LAMBDA_FUNCTION_NAME: 'under-test' };
    const { ask, close } = await startChild('./parts-runner.mjs', env);
    const task = { bundle, event: etcEvent, warmUp: WARM_UP, requests: REQUESTS };
    const { load, request } = await ask<Profiles>(task);
    await close();
    loads.push(attribute(load, 1));
    requests.push(attribute(request, REQUESTS));
  }
  const [load, request] = [medians(loads), medians(requests)];
  await writeFile(join(ROOT, 'docs/benchmarks.svg'), drawParts(load, request));
  process.stdout.write(`${JSON.stringify({ load, request }, undefined, 2)}\n`);
} finally {
  await servers.close();
  await rm(folder, { recursive: true });
}
