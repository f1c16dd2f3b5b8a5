import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Somebody else makes it; a worker that was killed meanwhile will never say how that ended. */
const PATIENCE_MS = 300_000;
const LOOK_EVERY_MS = 50;

const madeByAnother = async (folder: string, name: string): Promise<string> => {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    if (existsSync(`${folder}.made`)) return folder;
    if (existsSync(`${folder}.failed`)) throw new Error(await readFile(`${folder}.failed`, 'utf8'));
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`${name} was begun ${PATIENCE_MS / 1_000} s ago and is not there`);
};

/** Whole, or not there: somebody may be looking. */
const put = async (path: string, text: string): Promise<void> => {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
};

/**
 * Makes something once in a test run, however many workers ask for it and at whatever moment; it goes when the run ends.
 * @param name says what it is, with all that it depends on.
 * @param make puts it into an empty folder.
 * @returns the folder. @throws Error with what `make` threw, for each who asks.
 */
export const oncePerRun = async (
  name: string,
  make: (folder: string) => Promise<void>,
  runFolder = process.env['TEST_RUN_FOLDER'],
): Promise<string> => {
  if (runFolder === undefined)
    throw new Error('jest.config.js makes the folder of a run: there is none here');
  const folder = join(runFolder, createHash('sha256').update(name).digest('hex'));
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return madeByAnother(folder, name);
  }
  try {
    await make(folder);
  } catch (error) {
    await put(`${folder}.failed`, error instanceof Error ? error.message : String(error));
    throw error;
  }
  await put(`${folder}.made`, '');
  return folder;
};
