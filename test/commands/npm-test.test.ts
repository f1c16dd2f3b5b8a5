import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT, startProcess } from './started.ts';

const FILES = {
  'package.json': '{ "type": "module" }',
  'tsconfig.json':
    '{ "compilerOptions": { "noEmit": true, "types": [], "lib": ["es5"] }, "files": ["some.ts"] }',
  'sandbox/console/tsconfig.json': '{ "extends": "../../tsconfig.json", "files": ["../../some.ts"] }',
  'biome.json': '{ "files": { "includes": ["some.ts"] }, "json": { "formatter": { "enabled": false } } }',
  'jest.config.js': `export default { reporters: [${JSON.stringify(join(ROOT, 'test/support/reporter.js'))}] };`,
  'good.test.js': 'test("good", () => {});\n',
  'bad.test.js': 'test("bad", () => {\n  throw new Error("bad");\n});\n',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'test-'));
  await mkdir(join(folder, 'sandbox/console'), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  await mkdir(join(folder, 'node_modules'));
  for (const name of ['typescript', 'typescript-7', 'vue-tsc', '@biomejs', 'jest'])
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `npm test -- ARGS` in a small project whose one source file is `source`. */
const npmTest = async (source: string, ...args: string[]) => {
  await writeFile(join(folder, 'some.ts'), source);
  const { text, ended } = startProcess(process.execPath, [join(ROOT, 'test/run.js'), ...args], {
    cwd: folder,
  });
  const [status] = (await ended) as [number];
  return { status, ...text, last: text.stdout.trim().split('\n').at(-1) };
};
const TIDY = 'export const one = 1;\n';

describe('npm test', () => {
  it('runs everything, ends with the count, and with the status of jest', async () => {
    expect(await npmTest(TIDY)).toMatchObject({ status: 1, last: '1 passed, 1 failed' });
  });

  it('says how to mend a formatting complaint, and runs nothing then', async () => {
    const ran = await npmTest('export const one   = 1\n');
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('`npm run format`');
    expect(ran.stdout).not.toContain('passed');
  });

  it('runs nothing after an error of types, and does not blame the format', async () => {
    const ran = await npmTest('export const one: number = "1";\n');
    expect(ran.status).toBe(1);
    expect(ran.stdout).toContain('TS2322');
    expect(ran.stderr).not.toContain('npm run format');
    expect(ran.stdout).not.toContain('passed');
  });

  it('of one file runs it alone, whatever the types and the format of others', async () => {
    const ran = await npmTest('export const one: string   = 1\n', 'good.test.js');
    expect(ran).toMatchObject({ status: 0, last: '1 passed, 0 failed' });
  });
});
