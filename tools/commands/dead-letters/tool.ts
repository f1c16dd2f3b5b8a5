import type { Tool } from '../../command.ts';
import { type Context, ENDPOINT } from './context.ts';

export const deadLetters: Tool<Context> = {
  name: 'dead-letters',
  help: `Looks after the pre-signs asked for by events that came to no end: dead letters (received five times, or unreadable) and
undelivered events (EventBridge could not put them into the endpoint's queue). Prints nothing personal of them.`,
  options: { endpoint: ENDPOINT },
  end: 'COMMAND --help and docs/dead-letters.md tell more. Status: 0 done, 1 failed or not wholly done, 2 wrong usage.',
  commands: [
    {
      name: 'list',
      summary: 'show each with the reason, and leave it where it is',
      load: async () => (await import('./list.ts')).list,
    },
    {
      name: 'redrive',
      summary: 'move them back to the endpoint’s queue, apart from what nobody can read',
      load: async () => (await import('./redrive.ts')).redrive,
    },
    {
      name: 'purge',
      summary: 'delete the dead letters of an endpoint for good',
      load: async () => (await import('./purge.ts')).purge,
    },
  ],
  connect: async (setting, given) => (await import('./connect.ts')).connect(setting, given),
};
