import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const CHINESE = 'docs/zh-CN';
const read = (path: string): Promise<string> => readFile(new URL(path, ROOT), 'utf8');

/** A block in a fence. A diagram has words of its own. */
const FENCE = /^```[\s\S]*?^```$/gm;

/** Where a link leads, in the English pages: their Chinese halves stand for them, and headings have other names. */
const targetOf = (page: string, link: string): string => {
  if (/^https?:/.test(link)) return link;
  const file = link.replace(/#.*/, '');
  const path = file === '' ? page : posix.join(posix.dirname(page), file);
  return path
    .replace(`${CHINESE}/`, 'docs/')
    .replace('README.zh-CN.md', 'README.md')
    .replace('-zh-cn.png', '-en.png');
};

/** What a page has in any language: how deep its headings are, what is pasted, what its tables are about, where it leads. */
const skeletonOf = async (path: string, other: string) => {
  const page = await read(path);
  const prose = page.replaceAll(FENCE, '');
  const links = [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => targetOf(path, link));
  return {
    headings: [...prose.matchAll(/^#+(?= )/gm)].map(([level]) => level),
    fences: [...page.matchAll(FENCE)].map(([block]) => (block.startsWith('```mermaid') ? 'mermaid' : block)),
    rows: [...prose.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, first]) => first),
    codes: [...new Set([...prose.matchAll(/`[^`\n]+`/g)].map(([code]) => code))].sort(),
    // But for the one to the same page in the other language.
    links: [...new Set(links)].filter((target) => target !== targetOf(other, posix.basename(other))).sort(),
  };
};

const pages = (await readdir(new URL(`${CHINESE}/`, ROOT))).map((name) => ({
  chinese: `${CHINESE}/${name}`,
  english: `docs/${name}`,
}));

const readmes = ['', 'examples/'].map((folder) => ({
  chinese: `${folder}README.zh-CN.md`,
  english: `${folder}README.md`,
}));

describe.each([...readmes, ...pages])('$chinese', (page) => {
  it.each(['headings', 'fences', 'rows', 'codes', 'links'] as const)(
    'has the same %s as its English half',
    async (part) => {
      const { [part]: english } = await skeletonOf(page.english, page.chinese);
      const { [part]: chinese } = await skeletonOf(page.chinese, page.english);
      expect(chinese).toEqual(english);
    },
  );

  it('leads to files that are there', async () => {
    const prose = (await read(page.chinese)).replaceAll(FENCE, '');
    const links = [...prose.matchAll(/\]\((?!https?:)([^)#]+)/g)];
    const missing = links
      .map(([, link = '']) => posix.join(posix.dirname(page.chinese), link))
      .filter((path) => !existsSync(new URL(path, ROOT)));
    expect(missing).toEqual([]);
  });
});
