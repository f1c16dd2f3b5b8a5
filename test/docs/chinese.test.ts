import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, ROOT), 'utf8');

/** What a page has in any language: how deep its headings are, what is pasted, what its tables are about, where it leads. */
const skeletonOf = (page: string) => {
  const fences = [...page.matchAll(/^```[\s\S]*?^```$/gm)].map(([block]) => block);
  const prose = page.replaceAll(/^```[\s\S]*?^```$/gm, '');
  const codes = (text: string) => [...text.matchAll(/`[^`\n]+`/g)].map(([code]) => code);
  return {
    headings: [...prose.matchAll(/^#+(?= )/gm)].map(([level]) => level),
    fences,
    rows: [...prose.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, first]) => first),
    links: [...prose.matchAll(/\]\(([^)]+)\)/g)]
      .map(([, target]) => target)
      .filter((link) => !/^README/.test(link ?? '')),
    codes: [...new Set(codes(prose))].sort(),
  };
};

describe('README.zh-CN.md', () => {
  it.each(['headings', 'fences', 'rows', 'codes'] as const)('has the %s of README.md', async (part) => {
    const [english, chinese] = [
      skeletonOf(await read('README.md')),
      skeletonOf(await read('README.zh-CN.md')),
    ];
    expect(english[part].length).toBeGreaterThan(5);
    expect(chinese[part]).toEqual(english[part]);
  });

  it('leads where README.md leads', async () => {
    const [english, chinese] = [
      skeletonOf(await read('README.md')),
      skeletonOf(await read('README.zh-CN.md')),
    ];
    expect([...chinese.links].sort()).toEqual([...english.links].sort());
  });
});
