import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { keepFolder } from '../../sandbox/keep-folder.ts';

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kept-'));
  folder = join(parent, 'pages');
});
afterEach(() => rm(parent, { recursive: true }));

/** Two files that must never be seen one without the other, or of two makers. */
const makeAs = (who: string) => async (at: string) => {
  await writeFile(join(at, 'first'), who);
  await turn();
  await writeFile(join(at, 'second'), who);
};
const seen = async () => {
  const texts = ['first', 'second'].map((name) => readFile(join(folder, name), 'utf8'));
  return Promise.all(texts);
};

it('made by many at once, a folder is of one of them, whole at every moment, and nothing lies beside it', async () => {
  const makers = Array.from({ length: 20 }, (_, n) => `maker ${n}`);
  const kept = makers.map(async (who) => {
    await keepFolder(folder, 'the same sources', makeAs(who));
    return seen();
  });
  const views = await Promise.all(kept);
  expect(new Set(views.flat()).size).toBe(1);
  expect(await readdir(parent)).toEqual(['pages']);
});

it('is made again when what it is made of has changed, and only then', async () => {
  await keepFolder(folder, 'old', makeAs('old'));
  await keepFolder(folder, 'old', makeAs('again'));
  expect(await seen()).toEqual(['old', 'old']);
  await Promise.all(['a', 'b'].map((who) => keepFolder(folder, 'new', makeAs(who))));
  const [one, two] = await seen();
  expect(['a', 'b']).toContain(one);
  expect(two).toBe(one);
  expect(await readdir(parent)).toEqual(['pages']);
});

it('stays as it was when it cannot be made again', async () => {
  await keepFolder(folder, 'old', makeAs('old'));
  const failing = keepFolder(folder, 'new', async (at) => {
    await writeFile(join(at, 'first'), 'half');
    throw new Error('no more room');
  });
  await expect(failing).rejects.toThrow('no more room');
  expect(await seen()).toEqual(['old', 'old']);
  expect(await readdir(parent)).toEqual(['pages']);
});

it('can be read by whoever could read a folder made here', async () => {
  const plain = join(parent, 'plain');
  await mkdir(plain);
  await keepFolder(folder, 'sources', makeAs('anybody'));
  expect((await stat(folder)).mode).toBe((await stat(plain)).mode);
});
