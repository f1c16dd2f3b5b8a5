import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { VERSION } from '../../lib/wechatpay/version.ts';

const read = (name: string): Promise<string> => readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
const manifest = JSON.parse(await read('package.json')) as {
  version: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

it('tells WeChat Pay the version of package.json', () => {
  expect(VERSION).toBe(manifest.version);
});

it('pins every dependency exactly', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  for (const version of versions) expect(version).toMatch(/^(npm:(osls|typescript)@)?\d+\.\d+\.\d+$/);
});

it('gives a reason for every run-time dependency', async () => {
  const reasons = await read('docs/adr/0003-run-time-dependencies.md');
  for (const name of Object.keys(manifest.dependencies)) expect(reasons).toContain(`\`${name}\``);
});

it('has every npm command that the README and the other pages name', async () => {
  const docs = (await readdir(new URL('../../docs/', import.meta.url))).filter((name) =>
    name.endsWith('.md'),
  );
  const names = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)];
  const pages = await Promise.all(names.map(read));
  const named = pages.flatMap((page) =>
    [...page.matchAll(/npm run (?:--silent )?([a-z-]+)/g)].map(([, name]) => name),
  );
  expect(named.length).toBeGreaterThan(3);
  for (const name of named) expect(Object.keys(manifest.scripts)).toContain(name);
});
