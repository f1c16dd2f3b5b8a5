import { access, readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const page = await readFile(new URL('ARCHITECTURE.md', ROOT), 'utf8');
const [, map = ''] = page.split(/^## Where things are$/m);
const [section = ''] = map.split(/^## /m);

/** What is named in `code` and looks like a place in the tree. A file may go by its name beside its folder's. */
const places = section.split(/\n(?=\||\n)/).flatMap((row) => {
  const names = [...row.matchAll(/`([^`\s{}]+)`/g)].map(([, name = '']) => name);
  const found = names.filter(
    (name) => /^[\w-][\w.-]*(?:\/[\w./-]*)?$/.test(name) && /\/|\.(?:ts|js|yml|json|md)$/.test(name),
  );
  const folders = found.filter((name) => name.endsWith('/'));
  return found.map((name) => ({ name, folders }));
});

const isThere = async ({ name, folders }: (typeof places)[number]): Promise<boolean> => {
  const looks = ['', ...folders].map((folder) => access(new URL(folder + name, ROOT)));
  return (await Promise.allSettled(looks)).some(({ status }) => status === 'fulfilled');
};

const foldersOf = async (folder: string): Promise<string[]> =>
  (await readdir(new URL(folder, ROOT), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}${name}/`);

describe('the map of ARCHITECTURE.md', () => {
  it('is there to be looked at', () => {
    expect(places.length).toBeGreaterThan(30);
  });

  it.each(places)('names nothing that is not in the tree: $name', async (place) => {
    expect(await isThere(place)).toBe(true);
  });

  it('names every folder at the top, and below lib, tools, sandbox and test', async () => {
    const top = ['functions/', 'lib/', 'stack/', 'tools/', 'sandbox/', 'test/'];
    const below = await Promise.all(['lib/', 'tools/', 'sandbox/', 'test/'].map(foldersOf));
    /** These mirror what they test. */
    const mirrors = new Set(top.map((folder) => `test/${folder}`));
    const folders = [...top, ...below.flat()].filter(
      (folder) => !mirrors.has(folder) && !/(?:node_modules|dist)\/$/.test(folder),
    );
    const missing = folders.filter((folder) => !section.includes(`\`${folder}\``));
    if (missing.length > 0) throw new Error(`ARCHITECTURE.md does not name ${missing.join(', ')}`);
  });
});
