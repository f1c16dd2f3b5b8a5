import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { notifications } from '../../functions/notifications.ts';
import { contractEndpointsIn, endpointsIn } from '../../lib/documents/endpoints.ts';
import { makeFiles } from '../../lib/documents/files.ts';
import { READMES, withEndpointTable } from '../../lib/documents/table.ts';
import { detailTypesOf } from '../../lib/notifications/contract.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const [endpoints, contractEndpoints] = await Promise.all([endpointsIn(), contractEndpointsIn()]);
const generated = await makeFiles(endpoints, contractEndpoints, notifications);

/** What differs from the schemas in `root`: missing, different, or left over from an endpoint that has gone. */
const staleIn = async (root: string): Promise<string[]> => {
  const there = (await readdir(join(root, 'docs/events')).catch(() => [])).map(
    (name) => `docs/events/${name}`,
  );
  const differ = await Promise.all(
    [...generated].map(async ([path, text]) => {
      const committed = await readFile(join(root, path), 'utf8').catch(() => undefined);
      return committed === text ? [] : [path];
    }),
  );
  const tables = await Promise.all(
    [...READMES].map(async ([path, columns]) => {
      const page = await readFile(join(root, path), 'utf8');
      return withEndpointTable(page, columns, endpoints, contractEndpoints) === page ? [] : [path];
    }),
  );
  return [...tables.flat(), ...differ.flat(), ...there.filter((path) => !generated.has(path))];
};

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'generated-'));
  for (const folder of ['lib', 'functions', 'tools'])
    await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(copy, 'package.json'));
  for (const [path, columns] of READMES) {
    const page = await readFile(join(ROOT, path), 'utf8');
    await writeFile(join(copy, path), withEndpointTable(page, columns, [], []));
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const folder of ['docs/events', 'examples/node']) await mkdir(join(copy, folder), { recursive: true });
});
afterAll(() => rm(copy, { recursive: true, force: true }));

it('the generated files are what the schemas say', async () => {
  const stale = await staleIn(ROOT);
  if (stale.length > 0) throw new Error(`run npm run openapi, and commit: ${stale.join(', ')}`);
});

it('npm run openapi writes all of them, and removes what is no event any more', async () => {
  await writeFile(join(copy, 'docs/events/GoneRequested.json'), '{}');
  expect(await staleIn(copy)).toHaveLength(generated.size + READMES.size + 1);
  await promisify(execFile)(process.execPath, [join(copy, 'tools/openapi.ts')]);
  expect(await staleIn(copy)).toEqual([]);
});

it('there is a contract for each event of each endpoint and of notifications, and nothing else', () => {
  const types = endpoints.flatMap(({ name }) =>
    ['Failed', 'Requested', 'Succeeded'].map((kind) => `${name[0]?.toUpperCase()}${name.slice(1)}${kind}`),
  );
  const paths = [
    ...[...types, ...detailTypesOf(notifications)].map((type) => `docs/events/${type}.json`),
    'docs/openapi.json',
    'examples/node/openapi.d.ts',
  ];
  expect([...generated.keys()].sort()).toEqual(paths.sort());
});
