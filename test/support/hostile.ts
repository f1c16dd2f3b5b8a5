const nested = (depth: number, open: string, close: string): string =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;

/** JSON that is wrong wherever a text, an object or a flag is asked for, and asks for trouble when it is looked at. */
export const HOSTILE: readonly string[] = [
  '{"length":{"toString":1,"valueOf":1}}',
  '{"length":{"toString":null,"valueOf":[]},"size":{"valueOf":1}}',
  '{"length":1,"0":"a"}',
  '{"length":-1e999}',
  '{"toString":1,"valueOf":1}',
  '{"toJSON":1,"then":{"then":1},"constructor":7,"hasOwnProperty":0}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"__proto__":{"length":1,"polluted":true}}',
  '[]',
  '[{"length":{"toString":1,"valueOf":1}}]',
  `[${'0,'.repeat(9_999)}0]`,
  nested(4_000, '[', ']'),
  nested(2_000, '{"a":', '}'),
  'null',
  '12345678901234567890',
  '-1e999',
];

/** `value` as JSON, in which each string `mark` stands for the JSON text `json`. */
export const jsonWith = (value: unknown, mark: string, json: string): string =>
  // A replacer function: in a text, `$&` would mean something.
  JSON.stringify(value).replaceAll(JSON.stringify(mark), () => json);
