import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const MUTATE = fileURLToPath(new URL('../mutate.js', import.meta.url));

let checkout: string;
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'mutate-'));
  for (const folder of ['lib/wechatpay', 'test']) mkdirSync(join(checkout, folder), { recursive: true });
  writeFileSync(join(checkout, 'lib/wechatpay/new.ts'), '');
  writeFileSync(join(checkout, 'test/equal-mutants.json'), '[]');
});
afterAll(() => rmSync(checkout, { recursive: true }));

it.each([
  ['a file that is not there', ['lib/wechatpay/other.ts'], 'No such file: other. There are new.\n'],
  ['a file without tests, named', ['new'], /^No such test: test\/lib\/wechatpay\/new\.test\.ts\. .+\n$/],
  ['a file without tests, among all', [], /^No such test: test\/lib\/wechatpay\/new\.test\.ts\. .+\n$/],
])('mutates nothing for %s, and says why', (_, names, told) => {
  const { status, stderr } = spawnSync(process.execPath, [MUTATE, ...names], {
    cwd: checkout,
    encoding: 'utf8',
  });
  expect(stderr).toMatch(told);
  expect(status).toBe(2);
});
