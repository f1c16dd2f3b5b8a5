import { expect, it } from '@jest/globals';
import { exampleOf } from '../../lib/documents/endpoints.ts';
import { endpoints, useWorld } from '../support/dead-letters-world.ts';
import { blocks, readPage } from '../support/docs/page.ts';

const page = await readPage('dead-letters.md');
const CALL = 'npm run dead-letters -- ';

/** Every command of docs/dead-letters.md, word for word, each as its arguments. */
const commandsOf = (text: string): string[][] => {
  const lines = blocks(text, 'sh').flatMap((block) => block.split('\n').filter((line) => line !== ''));
  expect(lines.filter((line) => !line.startsWith(CALL))).toEqual([]);
  return lines.map((line) => line.slice(CALL.length).split(' '));
};

const world = await useWorld();

const operationsOf = async (args: string[]) => {
  const before = world.relay.calls.length;
  // Nobody is at a terminal here.
  const { status, stdout } = await world.run(args[0] === 'purge' ? [...args, '--yes'] : args);
  expect({ args, status }).toEqual({ args, status: 0 });
  return { stdout, operations: new Set(world.relay.calls.slice(before)) };
};

it('docs/dead-letters.md, word for word, with no permission but those it names', async () => {
  for (const { name, request } of endpoints) {
    const valid = JSON.stringify({ request_id: 'order-1', body: exampleOf(request) });
    world.put('dead-letters', [valid, '{'], { of: name });
    world.put('undelivered', [valid, '{'], { of: name });
  }
  const commands = commandsOf(page);
  expect(commands.map(([name]) => name)).toEqual(['list', 'list', 'redrive', 'redrive', 'purge', 'purge']);
  const [, permissions = ''] = page.split('## Permissions');
  const used = new Set<string>();
  for (const args of commands) {
    const { stdout, operations } = await operationsOf(args);
    if (args[0] === 'list') expect(stdout).toContain('valid: it failed for a passing reason');
    for (const operation of operations) used.add(operation.replace(/Batch$/, ''));
    // Something to purge for the last command.
    if (args.includes('--unreadable')) world.put('dead-letters', ['{'], { of: 'vehicleEtcPreopen' });
  }
  const documented = [...permissions.matchAll(/`([A-Z]\w+)`/g)].map(([, action]) => action);
  expect([...used].sort()).toEqual([...new Set(documented)].sort());
  for (const { name } of endpoints) {
    expect(world.bodies('', name)).toHaveLength(2);
    expect(world.bodies('undelivered', name)).toEqual(name === 'vehicleEtcPreopen' ? [] : ['{']);
  }
  expect(world.bodies('dead-letters', 'vehicleEtcPreopen')).toEqual([]);
});

it('docs/dead-letters.md names every verdict and both queues', () => {
  for (const word of [
    '`valid: ',
    '`invalid: ',
    '`unreadable: ',
    '`undelivered: ',
    '-dead-letters`',
    '-undelivered`',
  ])
    expect(page).toContain(word);
});
