import fc from 'fast-check';

/** With what all that is made up begins: every run tries the same, and nothing fails by chance. FUZZ_SEED tries other things. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_127);
fc.configureGlobal({ seed: SEED });

export { fc };
