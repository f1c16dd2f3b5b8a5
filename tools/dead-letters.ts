import { connect, ENDPOINT } from './commands/dead-letters/context.ts';
import { list } from './commands/dead-letters/list.ts';
import { purge } from './commands/dead-letters/purge.ts';
import { redrive } from './commands/dead-letters/redrive.ts';
import { runTool } from './run.ts';

// npm run dead-letters: see docs/dead-letters.md.
runTool({
  name: 'dead-letters',
  help: `Looks after the pre-signs asked for by events that came to no end: dead letters (received five times, or unreadable) and
undelivered events (EventBridge could not put them into the endpoint's queue). Prints nothing personal of them.`,
  options: { endpoint: ENDPOINT },
  end: 'COMMAND --help and docs/dead-letters.md tell more. Status: 0 done, 1 failed or not wholly done, 2 wrong usage.',
  commands: [list, redrive, purge],
  connect,
});
