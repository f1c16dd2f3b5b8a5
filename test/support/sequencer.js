import { existsSync } from 'node:fs';
import TestSequencer from '@jest/test-sequencer';

/** They wait for processes, for minutes; begun last, they would be what the others are long done for. */
const LONGEST = [
  'test/chaos/chaos.test.ts',
  'test/commands/start.test.ts',
  'test/tools/rehearsal.test.ts',
  'test/docs/deploy.test.ts',
];
for (const path of LONGEST)
  if (!existsSync(new URL(`../../${path}`, import.meta.url)))
    throw new Error(`test/support/sequencer.js begins with ${path}, which is not there`);

const rankOf = ({ path }) => {
  const rank = LONGEST.findIndex((one) => path.replaceAll('\\', '/').endsWith(`/${one}`));
  return rank < 0 ? LONGEST.length : rank;
};

/** Those first that last longest; the others as jest does, which on a clean checkout knows the sizes of the files alone. */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }
}
