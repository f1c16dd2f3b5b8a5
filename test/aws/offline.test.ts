import { expect, it } from '@jest/globals';
import { untilPortsAreFree } from './offline.ts';

const TAKEN =
  'serverless offline: Error: ended with 1\nError: listen EADDRINUSE: address already in use 127.0.0.1:22170';

it.each([
  ['is started again while others take its ports', [TAKEN, TAKEN], 'up'],
  ['is not started again for another reason', ['serverless.yml is wrong', TAKEN], 'serverless.yml is wrong'],
  ['is not started for ever', Array(9).fill(TAKEN), TAKEN],
])('serverless-offline %s', async (_, reasons: string[], end) => {
  const left = [...reasons];
  const start = async () => {
    const reason = left.shift();
    if (reason !== undefined) throw new Error(reason);
    return 'up';
  };
  expect(await untilPortsAreFree(start).catch(({ message }: Error) => message)).toBe(end);
});
