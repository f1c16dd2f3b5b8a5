import { posix } from 'node:path';

const CHINESE = 'docs/zh-CN';

/** Where the other half of a page is. */
export const chineseOf = (english: string): string =>
  english.endsWith('README.md') && !english.startsWith('docs/')
    ? english.replace('README.md', 'README.zh-CN.md')
    : english.replace(/^docs\//, `${CHINESE}/`);
export const englishOf = (chinese: string): string =>
  chinese.replace(`${CHINESE}/`, 'docs/').replace('README.zh-CN.md', 'README.md');

/** A block in a fence. A diagram has words of its own. */
export const FENCE = /^```[\s\S]*?^```$/gm;
const proseOf = (text: string): string => text.replaceAll(FENCE, '');

/** What a page leads to, as it is written: in the text, and in its list of addresses. */
export const linksIn = (text: string): string[] =>
  [...proseOf(text).matchAll(/\]\(([^)]+)\)|^\[[^\]]+\]: (\S+)$/gm)].map(
    ([, here = '', below = '']) => here || below,
  );

/** The file and the heading that a link leads to. */
export const follow = (page: string, link: string): { path: string; heading: string } => {
  const [file = '', heading = ''] = link.split('#');
  return {
    path: file === '' ? page : posix.join(posix.dirname(page), file),
    heading: decodeURIComponent(heading),
  };
};

export const isWeb = (link: string): boolean => /^https?:/.test(link);

/** Where a link leads, in the English pages: their Chinese halves stand for them, and headings have other names. */
const targetOf = (page: string, link: string): string =>
  isWeb(link) ? link : englishOf(follow(page, link).path).replace('-zh-cn.png', '-en.png');

/** The anchors of a page's headings, as GitHub makes them. */
export const anchorsIn = (text: string): string[] =>
  [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** What a page has in any language: how deep its headings are, what is pasted, what its tables are about, where it leads. */
export const skeletonOf = (page: string, text: string) => {
  const prose = proseOf(text);
  const all = (pattern: RegExp): string[] => [...prose.matchAll(pattern)].map(([found]) => found);
  return {
    headings: all(/^#+(?= )/gm),
    fences: [...text.matchAll(FENCE)].map(([block]) => (block.startsWith('```mermaid') ? 'mermaid' : block)),
    tables: all(/(?:^\|.*\|\n)+/gm).map((table) => table.split('\n').length),
    rows: all(/^\| `[^|]*`(?= \|)/gm),
    items: all(/^ *(?:-|\d+\.) /gm),
    codes: [...new Set(all(/`[^`\n]+`/g))].sort(),
    links: linksIn(text)
      .map((link) => targetOf(page, link))
      .sort(),
  };
};
