import { deadLetters } from './commands/dead-letters/tool.ts';
import { runTool } from './run.ts';

// npm run dead-letters: see docs/dead-letters.md.
runTool(deadLetters);
