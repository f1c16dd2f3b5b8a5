import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { anchorsIn, chineseOf, FENCE, follow, isWeb, linksIn, skeletonOf } from '../support/docs/skeleton.ts';

const ROOT = new URL('../../', import.meta.url);
const pathsOf = async (pattern: string): Promise<string[]> => {
  const found: string[] = [];
  for await (const path of glob(pattern, { cwd: fileURLToPath(ROOT) }))
    found.push(path.replaceAll('\\', '/'));
  return found.sort();
};

const CONTRIBUTORS = 'for those who change the code, which is in English';
/** What is in English alone, and why; so are the decisions, in docs/adr/. */
const NOT_TRANSLATED: Record<string, string> = {
  'ARCHITECTURE.md': CONTRIBUTORS,
  'CHANGELOG.md': CONTRIBUTORS,
  'CONTRIBUTING.md': CONTRIBUTORS,
  'SECURITY.md': 'names tests and GitHub’s advisories, which are in English',
  'docs/benchmarks.md': CONTRIBUTORS,
  'docs/data-protection.md': 'whoever answers for the law needs a lawyer’s words, not a translation of ours',
  'docs/scaling.md': 'cites quotas and prices of AWS’s English pages; read once, before a large deployment',
  'sandbox/README.md':
    'the package’s own page: docs/sdks.md is for its users, and its command speaks Chinese',
};
const found = (
  await Promise.all(['*.md', 'examples/*.md', 'sandbox/*.md', 'docs/**/*.md'].map(pathsOf))
).flat();
const isChinese = (path: string): boolean => path.includes('zh-CN');
const english = found.filter(
  (path) => !isChinese(path) && !path.startsWith('docs/adr/') && !(path in NOT_TRANSLATED),
);
const pages = await Promise.all(
  english.map(async (path) => {
    const read = (one: string) =>
      existsSync(new URL(one, ROOT)) ? readFile(new URL(one, ROOT), 'utf8') : '';
    const other = chineseOf(path);
    return { path, english: await read(path), other, chinese: await read(other) };
  }),
);
const PARTS = Object.keys(skeletonOf('', '')) as (keyof ReturnType<typeof skeletonOf>)[];

it('has a Chinese half of every page that is for users and operators, and of no other', () => {
  expect(pages.map(({ other }) => other).sort()).toEqual(found.filter(isChinese).sort());
  expect(found).toEqual(expect.arrayContaining(Object.keys(NOT_TRANSLATED)));
});

describe.each(pages)('$other', (page) => {
  it.each(PARTS)('has the same %s as its English half', (part) => {
    const [theirs, ours] = [skeletonOf(page.path, page.english), skeletonOf(page.other, page.chinese)];
    expect(ours[part]).toEqual(theirs[part]);
  });

  it('leads to its English half, and that to it', () => {
    const leads = (from: string, text: string, to: string) =>
      linksIn(text).some((link) => !isWeb(link) && follow(from, link).path === to);
    expect(leads(page.other, page.chinese, page.path)).toBe(true);
    expect(leads(page.path, page.english, page.other)).toBe(true);
  });

  it('leads to headings that are there, as its English half does, and to Chinese pages where there are some', async () => {
    const led = (from: string, text: string) =>
      linksIn(text)
        .filter((link) => !isWeb(link))
        .map((link) => follow(from, link));
    const fromChinese = led(page.other, page.chinese);
    for (const { path, heading } of [...fromChinese, ...led(page.path, page.english)]) {
      expect([path, existsSync(new URL(path, ROOT))]).toEqual([path, true]);
      if (heading === '') continue;
      expect(anchorsIn(await readFile(new URL(path, ROOT), 'utf8'))).toContain(heading);
    }
    const inEnglish = fromChinese.map(({ path }) => path).filter((path) => path !== page.path);
    for (const { path } of pages) expect(inEnglish).not.toContain(path);
  });
});

type Loss = [lost: string, left: (text: string) => string];

/** What a page may lose, and how: a heading, a row, an item, a command, a code, a link. */
const lossesOf = (text: string): Loss[] => {
  const blocks = [...text.matchAll(FENCE)].map(([block]) => block);
  const commands = blocks
    .filter((block) => !block.startsWith('```mermaid'))
    .flatMap((block) => block.split('\n').slice(1, -1))
    .filter((line) => line !== '');
  const prose = text.replaceAll(FENCE, '');
  const found = (pattern: RegExp): string[] => [...prose.matchAll(pattern)].map(([one]) => one);
  const lines = found(/^(?:#+ |\||- |\d+\. ).*\n/gm);
  const links = found(/\]\([^)]+\)/g);
  return [
    ...[...blocks, ...lines].map((lost): Loss => [lost, (whole) => whole.replace(lost, () => '')]),
    ...commands.map((lost): Loss => [lost, (whole) => whole.replace(`\n${lost}\n`, () => '\n')]),
    ...[...found(/`[^`\n]+`/g), ...links].map((lost): Loss => [lost, (whole) => whole.replaceAll(lost, '')]),
  ];
};

it.each(pages)('notices whatever is lost in $other', ({ other, chinese }) => {
  const whole = skeletonOf(other, chinese);
  const isNoticed = ([, left]: Loss) => !isDeepStrictEqual(skeletonOf(other, left(chinese)), whole);
  const losses = lossesOf(chinese);
  expect(losses.length).toBeGreaterThan(10);
  expect(losses.filter((loss) => !isNoticed(loss)).map(([lost]) => lost)).toEqual([]);
});
