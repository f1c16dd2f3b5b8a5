import { LENIENT } from '../../../sandbox/strictness.ts';

/** The stand-in as our own tests want it: whatever could be a mistake is refused, and nothing is forgotten. */
export const STRICT = {
  strictness: {
    ...LENIENT,
    refusesUsedNonces: true,
    comparesSerialCase: true,
    refusesEarlyCertificates: true,
    refusesReentry: true,
  },
  keep: Number.POSITIVE_INFINITY,
} as const;
