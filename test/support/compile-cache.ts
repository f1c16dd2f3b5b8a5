import { fileURLToPath } from 'node:url';

/** Where Node keeps what it has compiled of a tool: a test that starts one waits half as long with it. */
export const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
