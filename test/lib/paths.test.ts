import { describe, expect, it } from '@jest/globals';
import { EACH, mapAt, pickAt, pointer } from '../../lib/paths.ts';
import { fc } from '../support/fast-check.ts';

describe('pointer', () => {
  it('is a JSON pointer as RFC 6901 describes it', () => {
    expect([[], ['a'], ['a', 0, 'b'], ['a/b'], ['m~n'], ['~1'], ['']].map(pointer)).toEqual([
      '',
      '/a',
      '/a/0/b',
      '/a~1b',
      '/m~0n',
      '/~01',
      '/',
    ]);
  });

  it('leads back to its path', () => {
    const unescaped = (step: string) => step.replaceAll('~1', '/').replaceAll('~0', '~');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '/', '~', '0', '1') })), (path) => {
        expect(pointer(path).split('/').slice(1).map(unescaped)).toEqual(path);
      }),
    );
  });
});

const upper = (value: unknown): string => String(value).toUpperCase();

describe('mapAt', () => {
  it('replaces what stands at the paths, in nested arrays too, and leaves the value it was given alone', () => {
    const value = { a: 'x', rows: [[{ b: 'y', c: 'z' }], []], names: ['m', 'n'], d: null };
    const before = structuredClone(value);
    const paths = [['a'], ['rows', EACH, EACH, 'b'], ['names', EACH], ['absent', EACH, 'e']] as const;
    expect(mapAt(value, paths, upper)).toEqual({
      a: 'X',
      rows: [[{ b: 'Y', c: 'z' }], []],
      names: ['M', 'N'],
      d: null,
    });
    expect(value).toEqual(before);
  });

  it('tells where each value stands, as RFC 6901 writes it', () => {
    const seen: string[] = [];
    const value = { 'a/b': [{ 'c~d': 'x' }, { 'c~d': 'y' }] };
    mapAt(value, [['a/b', EACH, 'c~d']], (_, at) => seen.push(at));
    expect(seen).toEqual(['/a~1b/0/c~0d', '/a~1b/1/c~0d']);
  });

  it('returns as it is what has nothing to replace', () => {
    const value = { a: 'x' };
    expect(mapAt(value, [], upper)).toBe(value);
    expect(mapAt({}, [['a', EACH, 'b']], upper)).toEqual({});
  });
});

describe('pickAt', () => {
  it('keeps what the paths name, in their order, and nothing else', () => {
    const paths = [['id'], ['rows', EACH, 'a'], ['rows', EACH, 'inner', 'b'], ['absent', 'c']] as const;
    const value = { rows: [{ inner: { b: 1, x: 1 }, a: null, x: 1 }, {}], x: { id: 1 }, id: 'i' };
    const picked = pickAt(value, paths);
    expect(JSON.stringify(picked)).toBe('{"id":"i","rows":[{"a":null,"inner":{"b":1}},{}]}');
  });
});
