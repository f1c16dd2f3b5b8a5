import TestSequencer from '@jest/test-sequencer';

/** They wait for processes, for minutes; begun last, they would be what the others are long done for. */
const LONGEST = ['test/chaos/chaos.', 'test/commands/start.', 'test/tools/rehearsal.', 'test/docs/deploy.'];

const rankOf = ({ path }) => {
  const rank = LONGEST.findIndex((start) => path.replaceAll('\\', '/').includes(`/${start}`));
  return rank < 0 ? LONGEST.length : rank;
};

/** Those first that last longest; the others as jest does, which on a clean checkout knows the sizes of the files alone. */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }
}
