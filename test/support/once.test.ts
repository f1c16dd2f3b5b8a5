import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { oncePerRun } from './once.ts';
import { runModule } from './protocol.ts';

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'once-'));
});
afterEach(() => rm(run, { recursive: true }));

/** A worker that asks for the same; what it makes is a line in `log`, and then what `then` says. */
const worker = (then: string) =>
  runModule(`
    import { appendFile } from 'node:fs/promises';
    import { oncePerRun } from '${new URL('./once.ts', import.meta.url)}';
    const make = async (folder) => {
      await appendFile('${join(run, 'log')}', 'made\\n');
      ${then}
    };
    const told = await oncePerRun('thing', make, '${run}').catch(({ message }) => 'failed: ' + message);
    console.log(told);
  `);

it('is made by one of several workers, and all get that one', async () => {
  const workers = [1, 2, 3, 4].map(() => worker(`await appendFile(folder + '/whole', 'yes');`));
  const folders = (await Promise.all(workers)).map(({ stdout }) => stdout.trim());
  expect(await readFile(join(run, 'log'), 'utf8')).toBe('made\n');
  expect(new Set(folders).size).toBe(1);
  expect(await readFile(join(folders[0] ?? '', 'whole'), 'utf8')).toBe('yes');
});

it('fails for all of them when it could not be made, and is not tried again', async () => {
  const told = await Promise.all([1, 2, 3].map(() => worker(`throw new Error('no disk');`)));
  expect(told.map(({ stdout }) => stdout)).toEqual(Array(3).fill('failed: no disk\n'));
  expect(await readFile(join(run, 'log'), 'utf8')).toBe('made\n');
});

it('is another one under another name', async () => {
  const make = (folder: string) => appendFile(join(folder, 'whole'), '');
  const [one, two] = await Promise.all(['one', 'two'].map((name) => oncePerRun(name, make, run)));
  expect(one).not.toBe(two);
});
