import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';

type Package = {
  version?: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
  link?: boolean;
};

/** Licences that ask for nothing but their own text: what is bundled may go into anybody's account. */
const PERMISSIVE = new Set(['Apache-2.0', 'MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause']);

const lock = JSON.parse(await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Package>;
};
/** A link stands for a workspace, which has an entry of its own. */
const runTime = Object.entries(lock.packages).filter(
  ([path, { dev, devOptional, link }]) => path !== '' && !dev && !devOptional && !link,
);

it('finds the run-time dependencies in the lock file', () => {
  const names = runTime.map(([path]) => path.replace(/^.*node_modules\//, ''));
  expect(names).toEqual(expect.arrayContaining(['@aws-sdk/client-kms', '@middy/core', 'zod']));
  expect(names).not.toEqual(expect.arrayContaining(['jest']));
});

it('lets nothing into the bundles whose licence is not permissive', () => {
  const others = runTime.filter(([, { license = 'none' }]) => !PERMISSIVE.has(license));
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

it('pins what we depend on directly to one version each', async () => {
  const { dependencies, devDependencies } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^(?:npm:[\w-]+@)?\d+\.\d+\.\d+$/.test(version),
  );
  expect(loose).toEqual([]);
});
