// `npm test`: type check and lint side by side, then every test. With arguments, what jest makes of them alone. Jest
// takes over this very process, so that its status and its signals are its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';

// TypeScript 7 takes a third of the time. 6 is there for its API, which vue-tsc and others use.
const CHECKS = [
  { args: ['node_modules/vue-tsc/bin/vue-tsc.js', '-p', 'sandbox/console'], advice: '' },
  { args: ['node_modules/typescript-7/bin/tsc'], advice: '' },
  {
    args: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings'],
    advice: 'What a tool can mend of that, `npm run format` mends.\n',
  },
];

const passes = async ({ args, advice }) => {
  const [status] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'close');
  if (status !== 0) process.stderr.write(advice);
  return status === 0;
};

const checks = process.argv.length > 2 ? [] : CHECKS;
const passed = await Promise.all(checks.map(passes));
if (passed.every(Boolean)) await import(pathToFileURL('node_modules/jest/bin/jest.js').href);
else process.exitCode = 1;
