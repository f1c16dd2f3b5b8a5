import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, ROOT), 'utf8');

/** Test files a page cites, each with the names of tests quoted until the next file. */
const citedIn = (text: string): [string, string[]][] =>
  text
    .split(/(?=`test\/[^`]+\.ts`)/)
    .slice(1)
    .map((part) => [
      /^`([^`]+)`/.exec(part)?.[1] ?? '',
      [...(part.split(/\n\n|\|\n/)[0] ?? '').matchAll(/“([^”]+)”/g)].map(([, name = '']) => name),
    ]);

/** A name as it may be broken over lines, or over quotes escaped in the source. */
const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll("\\'", "'");

describe.each(['SECURITY.md', 'docs/data-protection.md'])('%s', (page) => {
  it('names tests that exist', async () => {
    const cited = citedIn(await read(page));
    expect(cited.length).toBeGreaterThan(3);
    const missing: string[] = [];
    for (const [path, names] of cited) {
      const source = plain(await read(path).catch(() => ''));
      if (source === '') missing.push(path);
      missing.push(
        ...names.filter((name) => !source.includes(plain(name))).map((name) => `${path} “${name}”`),
      );
    }
    expect(missing).toEqual([]);
  });

  it('names files that exist', async () => {
    const paths = [...(await read(page)).matchAll(/`((?:lib|stack|functions|docs)\/[\w./-]+\.\w+)`/g)];
    for (const [, path = ''] of paths) expect(await read(path)).not.toBe('');
  });
});
