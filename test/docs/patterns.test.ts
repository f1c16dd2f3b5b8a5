import { describe, expect, it } from '@jest/globals';
import { notifications } from '../../functions/notifications.ts';
import { documents } from '../../lib/documents/documents.ts';
import { contractEndpointsIn, endpointsIn } from '../../lib/documents/endpoints.ts';

const MADE_UP = new URL('../support/fixtures/functions/', import.meta.url);
const generated = documents(
  [...(await endpointsIn()), ...(await endpointsIn(MADE_UP))],
  [...(await contractEndpointsIn()), ...(await contractEndpointsIn(MADE_UP))],
  notifications,
);

const patternsIn = (node: unknown): string[] => {
  if (typeof node !== 'object' || node === null) return [];
  const { pattern, patternProperties } = node as { pattern?: unknown; patternProperties?: object };
  return [
    ...(typeof pattern === 'string' ? [pattern] : []),
    ...Object.keys(patternProperties ?? {}),
    ...Object.values(node).flatMap(patternsIn),
  ];
};
const patterns = [...new Set([...generated.values()].flatMap((text) => patternsIn(JSON.parse(text))))];

/**
 * What the regex engines of all languages read alike: no backslash, for each engine has escapes of its own; no group but
 * `(?:…)`; classes of printable ASCII without the characters that mean set operations somewhere; repetitions of up to
 * 1000, where RE2 ends.
 */
const LITERAL = /[0-9A-Za-z_/=:;,@%#!~<>"' -]/;
const CLASS = /\[[!-%'-Z_a-z~]+\]/;
const REPEATED = /(?:[*+?]|\{(?:1000|[0-9]{1,3})(?:,(?:1000|[0-9]{1,3})?)?\})?/;
const ATOM = `(?:(?:${LITERAL.source}|${CLASS.source}|\\))${REPEATED.source}|\\(\\?:|\\|)`;
const SHARED = new RegExp(`^\\^?${ATOM}+\\$?$`);

describe('the patterns of the generated documents', () => {
  it('are there to be looked at', () => {
    expect(patterns.length).toBeGreaterThanOrEqual(8);
  });

  it.each(patterns)('hold to what the regex engines of all languages read alike: %s', (pattern) => {
    expect(pattern).toMatch(SHARED);
    expect(() => [new RegExp(pattern), new RegExp(pattern, 'u')]).not.toThrow();
  });

  it.each([
    '^[^\\uD800-\\uDFFF\\u{10000}-\\u{10FFFF}]*$',
    '^(?!aws\\.)',
    '^(?<year>[0-9]+)$',
    '^\\d+$',
    '^\\p{L}+$',
    '^[张]$',
    '^[a-z&&[aeiou]]$',
    '^[^\\x00]$',
    '^a{1001}$',
    '^a*+$',
    '^(?i)a$',
  ])('would not hold to it with %s', (pattern) => {
    expect(pattern).not.toMatch(SHARED);
  });
});
