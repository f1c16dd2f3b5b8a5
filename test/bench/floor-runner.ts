import { measure } from '../support/measure.ts';
import { etcRequest } from './etc.ts';
import { createFloor } from './floor.ts';
import type { FloorSetup } from './server-process.ts';

type Task = { setup: FloorSetup; times: number };
let presign: ReturnType<typeof createFloor> | undefined;

process.on('message', async ({ setup, times }: Task) => {
  presign ??= createFloor(setup);
  process.send?.(await measure(Array<typeof etcRequest>(times).fill(etcRequest), presign));
});
process.send?.('ready');
