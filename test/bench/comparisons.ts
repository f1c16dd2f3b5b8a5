import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FRAMEWORK = join(ROOT, 'node_modules/serverless/bin/serverless.js');

const KMS_CLIENT = `import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
export const client = new KMSClient({});
export { SignCommand };`;
const SDK = `export { Rsa, Wechatpay } from 'wechatpay-axios-plugin';`;

/** What the plugin of the framework takes for itself, and what only a bundle in several files needs. */
const OF_OURS_ALONE = [
  'outputFileExtension',
  'outputWorkFolder',
  'keepOutputDirectory',
  'watch',
  'exclude',
  'plugins',
  'splitting',
];

/** What serverless.yml tells esbuild, as the framework understands it. */
export const esbuildOptions = async (): Promise<BuildOptions> => {
  const print = ['print', '--stage', 'sandbox', '--path', 'custom.esbuild', '--format', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, [FRAMEWORK, ...print], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  const options = JSON.parse(stdout) as BuildOptions & Record<string, unknown>;
  for (const name of OF_OURS_ALONE) delete options[name];
  return options;
};

/** Paths of bundles made as ours are. `kms`: without our aliases, as anybody gets it; `kmsAliased`: with them. */
export type Comparisons = { kms: string; kmsAliased: string; sdk: string; remove: () => Promise<void> };

export const buildComparisons = async (): Promise<Comparisons> => {
  const { alias, ...options } = await esbuildOptions();
  const folder = await mkdtemp(join(tmpdir(), 'presign-bench-'));
  const bundle = async (file: string, contents: string, extra: BuildOptions = {}): Promise<string> => {
    const outfile = join(folder, file);
    const stdin = { contents, resolveDir: ROOT, loader: 'ts' } as const;
    await build({ ...options, ...extra, stdin, outfile, absWorkingDir: ROOT });
    return outfile;
  };
  const [kms, kmsAliased, sdk] = await Promise.all([
    bundle('kms.mjs', KMS_CLIENT),
    bundle('kms-aliased.mjs', KMS_CLIENT, alias ? { alias } : {}),
    // As an ES module it does not even load: it assigns to a read-only property, which only sloppy code may.
    bundle('sdk.cjs', SDK, { format: 'cjs' }),
  ]);
  return { kms, kmsAliased, sdk, remove: () => rm(folder, { recursive: true, force: true }) };
};
