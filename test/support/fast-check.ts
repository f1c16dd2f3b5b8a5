import fc from 'fast-check';

/** Every run tries the same values, so that nothing fails by chance. FUZZ_SEED tries others. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_127);
fc.configureGlobal({ seed: SEED });

export { fc };
