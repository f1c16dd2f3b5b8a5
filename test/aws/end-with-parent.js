// Loaded into a child before anything else: however the process that started it ends, killed included, the child ends
// too, and takes its bundles along. Its threads load this as well, and have no parent of their own.
import { rmSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const end = () => {
  rmSync(process.env.SANDBOX_WORK_FOLDER, { recursive: true, force: true });
  process.exit();
};
if (isMainThread) {
  process.once('disconnect', end);
  if (!process.connected) end();
}
