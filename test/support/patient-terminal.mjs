// Preloaded into the merchant tool: it then waits four times as long for a terminal to be silent. A test types a paste
// in one go; a machine that stalls for a quarter of a second in the middle of it must not look like the paste's end.
const { setTimeout: set } = globalThis;
const QUIET_MS = 250;
globalThis.setTimeout = (work, ms, ...rest) => set(work, ms === QUIET_MS ? 4 * QUIET_MS : ms, ...rest);
