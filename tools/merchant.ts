import { merchant } from './commands/merchant/tool.ts';
import { runTool } from './run.ts';

// npm run merchant: the operator's tool. docs/operator.md has the two walks through it.
runTool(merchant);
