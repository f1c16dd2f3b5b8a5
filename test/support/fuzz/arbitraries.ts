import { exampleOf } from '../../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../../lib/endpoint.ts';
import { detailType } from '../../../lib/events/contract.ts';
import { fc } from '../fast-check.ts';
import { fieldsOf, replaced } from '../fields.ts';
import { HOSTILE } from '../hostile.ts';
import { type Json, mutated } from '../mutate.ts';

export const MCHID = '1900000001';
const CIPHERTEXT = Buffer.alloc(256, 7).toString('base64');

const suspicious = fc.constantFrom(
  ...[
    '',
    ' ',
    '\u3000',
    'x ',
    '\uFFFD',
    '\uFEFFx',
    '\u200Bx',
    'a\0',
    'a\x7F',
    '\r\n',
    '\u2028',
    '\uD800',
    '😀',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '阿卜杜拉·买买提',
    'x'.repeat(300),
    '张'.repeat(72),
    'ID_CARD',
    '08/28',
  ],
);
const anyString = fc.oneof(
  suspicious,
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
/** JSON texts, some of which no JavaScript value could be written as. */
const json = fc.oneof(
  fc.constantFrom(...HOSTILE),
  anyString.map((value) => JSON.stringify(value)),
  fc.json({ maxDepth: 3 }),
  fc.constantFrom('true', '{}', '""', '1'),
);

type Edit = { at: number; how: 'drop' | 'replace' | 'add'; name: string; text: string };
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(30),
  how: fc.constantFrom('drop', 'replace', 'replace', 'add'),
  name: anyString,
  text: json,
});
const edits = fc.oneof(fc.constant<Edit[]>([]), fc.array(edit, { minLength: 1, maxLength: 3 }));

/** `value` as JSON after the edits, whose texts go in as they are. */
const written = (value: Json, changes: readonly Edit[]): string => {
  const marked = changes.map(({ text: _, ...change }, n) => ({ ...change, value: `MARK-${n}` }));
  const whole = JSON.stringify(mutated(value, marked));
  return changes.reduce((text, change, n) => text.replaceAll(`"MARK-${n}"`, () => change.text), whole);
};

const encrypted = (endpoint: Endpoint): Json =>
  fieldsOf(endpoint.request)
    .filter(({ sensitive }) => sensitive)
    .reduce<unknown>(
      (body, { pointer }) => replaced(body, pointer, CIPHERTEXT),
      exampleOf(endpoint.request),
    ) as Json;

/** What becomes of a text on its way. */
const spoilt = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: text },
    { weight: 1, arbitrary: text.map((whole) => `\uFEFF${whole}`) },
    { weight: 1, arbitrary: text.map((whole) => ` \n${whole}\t`) },
    { weight: 1, arbitrary: fc.tuple(text, fc.nat(600)).map(([whole, at]) => whole.slice(0, at)) },
    { weight: 1, arbitrary: text.map((whole) => Buffer.from(whole, 'latin1').toString('utf8')) },
    { weight: 1, arbitrary: text.map((whole) => `${whole}${whole}`) },
    { weight: 1, arbitrary: text.map((whole) => whole.replace('1', '\uFFFD')) },
    { weight: 1, arbitrary: fc.oneof(json, anyString, fc.constant(`"${'x'.repeat(70_000)}"`)) },
  );

const oneOf = <T>(often: readonly T[], seldom: readonly T[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...often) },
    { weight: 1, arbitrary: fc.constantFrom(...seldom) },
  );

const contentType = oneOf(
  [
    'application/json',
    'application/json; charset=utf-8',
    'application/json ;charset="UTF-8"',
    'APPLICATION/JSON',
  ],
  [
    '',
    'text/plain',
    'application/json, text/html',
    'application/xml',
    ';',
    '\0',
    'application/jsonp',
    'a/b+json',
  ],
);
const merchant = oneOf(
  [MCHID],
  ['1900009999', '', 'abc', `${MCHID},${MCHID}`, '9'.repeat(40), '__proto__', '１９'],
);
const serial = oneOf(
  ['5157F09EFDC096DE15EBE81A47057A7232F1B8E1', 'PUB_KEY_ID_0114232134912410000000000000', 'abcdef'],
  ['', 'x', 'PUB_KEY_ID_', 'A'.repeat(41), 'AB,CD', '\u200B'],
);
const otherName = fc.constantFrom(
  'Accept',
  'x-amzn-trace-id',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
);
const header: fc.Arbitrary<[string, string]> = fc.oneof(
  fc.tuple(fc.constant('Content-Type'), contentType),
  fc.tuple(fc.constant('Wechatpay-Mchid'), merchant),
  fc.tuple(otherName, anyString),
);
const cased = (name: string) =>
  fc
    .constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.toLowerCase(),
      (text) => text.toUpperCase(),
    )
    .map((change) => change(name));

/** `encoding`: how the body is spelt; `flag`: whether the event says that it is base64, which may be untrue. */
export type HttpCall = {
  format: '1.0' | '2.0';
  headers: [string, string][] | null | undefined;
  body: string | null | undefined;
  encoding: 'text' | 'base64' | 'utf16';
  flag: boolean;
};

const headersWith = (always: fc.Arbitrary<[string, string][]>) =>
  fc
    .tuple(always, fc.array(header, { maxLength: 3 }))
    .chain(([first, more]) =>
      fc.tuple(...[...first, ...more].map(([name, value]) => fc.tuple(cased(name), fc.constant(value)))),
    ) as fc.Arbitrary<[string, string][]>;

export const httpCall = (endpoint: Endpoint): fc.Arbitrary<HttpCall> => {
  const type = contentType.map((value): [string, string] => ['Content-Type', value]);
  const key = serial.map((value): [string, string] => ['Wechatpay-Serial', value]);
  const call = (value: Json, headers: fc.Arbitrary<[string, string][]>): fc.Arbitrary<HttpCall> =>
    fc.record({
      format: fc.constantFrom('1.0', '2.0'),
      headers: fc.option(headersWith(headers), { nil: undefined, freq: 50 }),
      body: spoilt(edits.map((changes) => written(value, changes))),
      encoding: oneOf(['text', 'base64'], ['utf16']),
      flag: fc.boolean(),
    });
  return fc
    .oneof(
      { weight: 4, arbitrary: call(exampleOf(endpoint.request) as Json, fc.tuple(type)) },
      { weight: 1, arbitrary: call(encrypted(endpoint), fc.tuple(type, key)) },
    )
    .chain((made) =>
      // Mostly the flag is true to the encoding; sometimes it is not, or there is no body or no headers at all.
      fc
        .constantFrom<Partial<HttpCall>>(
          ...Array<Partial<HttpCall>>(12).fill({ flag: made.encoding !== 'text' }),
          {},
          { body: null },
          { body: undefined },
          { headers: null },
        )
        .map((change) => ({ ...made, ...change })),
    );
};

/** As SQS can hold it, here and at AWS: other characters can be escaped in JSON. */
const storable = (text: string): string =>
  text.replaceAll(
    /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ) || ' ';

/** The text of a message on an endpoint's queue. */
export const message = (endpoint: Endpoint): fc.Arbitrary<string> => {
  const id = fc.oneof(
    { weight: 6, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: fc.constantFrom('reused', '张三', '\uD800', '\uFFFD', ' ', 'x'.repeat(65), '') },
  );
  const detail = fc.record({ request_id: id, mchid: fc.option(merchant, { nil: undefined }) });
  const bare = fc.tuple(detail, edits).map(([asked, changes]) => {
    const whole = JSON.parse(JSON.stringify({ ...asked, body: exampleOf(endpoint.request) })) as Json;
    return written(whole, changes);
  });
  const type = oneOf(
    [detailType(endpoint, 'Requested')],
    [detailType(endpoint, 'Failed'), detailType(endpoint, 'Succeeded'), '', 'toString'],
  );
  const enveloped = fc
    .tuple(
      bare,
      type,
      fc.oneof({ weight: 5, arbitrary: fc.constant<Edit[]>([]) }, { weight: 1, arbitrary: edits }),
    )
    .map(([asked, detail_type, changes]) => {
      const envelope = { version: '0', 'detail-type': detail_type, source: 'shop', detail: 'DETAIL' };
      return written(envelope, changes).replace('"DETAIL"', () => asked);
    });
  return spoilt(fc.oneof(bare, enveloped)).map(storable);
};
