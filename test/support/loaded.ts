import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBundle } from './bundles.ts';

const LOADED_FILES = fileURLToPath(new URL('./loaded-files.mjs', import.meta.url));

/** What a fresh Lambda has read of its bundle when it has answered `event`, as Node tells it. */
export const loadedFor = async (event: unknown, bundle: string, env: Readonly<Record<string, string>>) => {
  const lambda = await startBundle(bundle, env, { preload: LOADED_FILES });
  const { statusCode } = await lambda.invoke(event);
  await lambda.close();
  if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
  const files = [...lambda.output().matchAll(/^loaded (file:.*)$/gm)]
    .map(([, url]) => fileURLToPath(`${url}`))
    .filter((path) => path.startsWith(dirname(bundle)));
  const sizes = await Promise.all(files.map((path) => stat(path)));
  return { files, bytes: sizes.reduce((sum, { size }) => sum + size, 0) };
};
