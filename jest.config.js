import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Workers inherit it: what is made once for all of them lies there (test/support/once.ts).
const runFolder = mkdtempSync(join(tmpdir(), 'presign-run-'));
process.env['TEST_RUN_FOLDER'] = runFolder;
process.once('exit', () => rmSync(runFolder, { recursive: true, force: true }));
// Programs that tests start find there what Node has compiled of them before; its own folder, for all that start one.
process.env['NODE_COMPILE_CACHE'] = fileURLToPath(new URL('./node_modules/.cache/compiled', import.meta.url));

// ESM through the VM modules flag (middy 7 has no CommonJS build); swc only strips the types.
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  // Keys of a run are shared by its files.
  moduleNameMapper: {
    '^.*/sandbox/rsa-keys\\.ts$|^\\./rsa-keys\\.ts$': '<rootDir>/test/support/rsa-keys.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/.esbuild', '<rootDir>/.serverless', '<rootDir>/.stryker'],
  setupFiles: ['<rootDir>/test/support/quiet.js'],
  // Most tests wait: for servers, for processes, for back-off. Jest's own choice, a core less than there are, idles.
  maxWorkers: availableParallelism() * 2,
  testSequencer: '<rootDir>/test/support/sequencer.js',
  // Two cores, real servers and RSA keys: a slow machine must not turn into a red test.
  testTimeout: 120_000,
  reporters: ['default', '<rootDir>/test/support/reporter.js'],
};
