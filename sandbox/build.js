// Makes of the command one file of plain JavaScript, and the console's pages, for `npm pack`. Its dependencies stay what npm installs.
import { copyFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildConsole } from './build-console.ts';

await build({
  entryPoints: ['bin/wechatpay-sandbox.ts'],
  outdir: 'dist',
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
});
await buildConsole();
await copyFile('../LICENSE', 'LICENSE');
