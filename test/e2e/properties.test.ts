import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openApi } from '../../lib/documents/openapi.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { fc } from '../support/fast-check.ts';
import { type Answer, coldLambda } from '../support/lambda.ts';
import { type Change, isObject, type Json, mutated } from '../support/mutate.ts';
import {
  attempts,
  bodyFor,
  captureLogs,
  expectDocumented,
  type Logs,
  loadEndpoints,
} from '../support/world.ts';

const MCHID = '1900000001';
const { all: endpoints, etc } = await loadEndpoints();

let stack: Stack;
let logs: Logs;

beforeAll(async () => {
  stack = await startStack();
  await stack.addMerchant({ mchid: MCHID, mode: 'both' });
});
afterAll(() => stack.close());
beforeEach(() => {
  stack.clear();
  logs = captureLogs();
});
afterEach(() => logs.stop());

/** Every string in a value, member names included. */
const strings = (value: Json): string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  return isObject(value) ? Object.entries(value).flatMap(([name, member]) => [name, ...strings(member)]) : [];
};

const closedLists = (document: object): string[] => {
  const lists = [...JSON.stringify(document).matchAll(/"enum":(\[[^\]]*\])/g)];
  return lists.flatMap(([, list = '[]']) => JSON.parse(list) as string[]);
};

/** What our own texts may say: names and closed lists out of the schemas. */
const vocabulary = (): Set<string> =>
  new Set([
    ...endpoints.flatMap((endpoint) => namesIn(bodyFor(endpoint) as Json)),
    ...closedLists(openApi(endpoints, [])),
  ]);
const namesIn = (value: Json): string[] =>
  isObject(value) ? Object.entries(value).flatMap(([name, member]) => [name, ...namesIn(member)]) : [];

/** What opens the signing page is aside: it names the AppID and the contract's own number. */
const expectNoEcho = ({ json, headers }: Answer, submitted: Json, known: ReadonlySet<string>): void => {
  const { launch: _, ...told } = json;
  const said = [JSON.stringify(told), ...Object.values(headers)].join('\n');
  for (const text of strings(submitted)) {
    if (text.length < 6 || known.has(text)) continue;
    expect(said).not.toContain(text);
    expect(said).not.toContain(JSON.stringify(text).slice(1, -1));
  }
};

const expectVerdict = (answer: Answer, submitted: Json, known: ReadonlySet<string>): void => {
  expectDocumented(answer);
  expect(answer.status === 200 || (answer.status >= 400 && answer.status < 500)).toBe(true);
  expectNoEcho(answer, submitted, known);
};

/** Six characters and more that none of our texts contains. */
const canary = fc
  .string({ minLength: 6, maxLength: 40 })
  .filter((text) => !/^(?:must|string|object|boolean|present|members?|unknown)/.test(text));

const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }),
  canary,
) as fc.Arbitrary<Json>;

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(30),
  how: fc.constantFrom('drop', 'replace', 'add'),
  name: fc.oneof(fc.string({ minLength: 1, maxLength: 20 }), canary),
  value: anyJson,
});

describe('whatever is sent', () => {
  it.each(endpoints)(
    'any JSON value gets a documented answer of $name that repeats nothing of it',
    async (endpoint) => {
      const lambda = coldLambda(endpoint, stack.env(MCHID));
      const known = vocabulary();
      await fc.assert(
        fc.asyncProperty(anyJson, async (body) => {
          expectVerdict(await lambda.post(body), body, known);
        }),
      );
    },
  );

  it.each(endpoints)('so does a valid body of $name with anything changed in it', async (endpoint) => {
    const lambda = coldLambda(endpoint, stack.env(MCHID));
    const known = vocabulary();
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 3 }), async (changes) => {
        const body = mutated(bodyFor(endpoint) as Json, changes);
        const answer = await lambda.post(body);
        seen.add(answer.status);
        expectVerdict(answer, body, known);
      }),
    );
    expect(seen).toContain(200);
    expect(seen).toContain(400);
  });

  it('what we let through, WeChat Pay finds nothing wrong with', async () => {
    for (const endpoint of endpoints) {
      const lambda = coldLambda(endpoint, stack.env(MCHID));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 2 }), async (changes) => {
          stack.clear();
          await lambda.post(mutated(bodyFor(endpoint) as Json, changes));
          for (const { status, code } of attempts(stack)) {
            // A contract number put in by a change may have been used before, which only WeChat Pay knows.
            if (code !== 'INVALID_REQUEST') expect(status).toBe(200);
          }
        }),
      );
    }
  });

  it('any bytes get a documented answer', async () => {
    const endpoint = etc;
    const lambda = coldLambda(endpoint, stack.env(MCHID));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const { status } = await lambda.send(Buffer.from(bytes));
        expect(status).toBe(400);
      }),
    );
  });

  it('any header values get a documented answer that repeats nothing of them', async () => {
    const endpoint = etc;
    const lambda = coldLambda(endpoint, stack.env(MCHID));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('Wechatpay-Mchid', 'Wechatpay-Serial', 'Content-Type', 'X-Other'),
        canary,
        fc.constantFrom('1.0', '2.0') as fc.Arbitrary<'1.0' | '2.0'>,
        async (name, value, format) => {
          const answer = await lambda.post(bodyFor(endpoint), { headers: { [name]: value }, format });
          expectVerdict(answer, value, new Set());
        },
      ),
    );
  });
});

describe('names', () => {
  const refusable = (name: string): boolean =>
    name === '' ||
    Buffer.byteLength(name) > 214 ||
    !name.isWellFormed() ||
    name.trim() !== name ||
    /[\u{10000}-\u{10ffff}\p{Control}\p{Format}\u2028\u2029\ufffd]/u.test(name);

  it.each(['grapheme', 'binary', 'binary-ascii', 'grapheme-composite'] as const)(
    'of any characters (%s) arrive as they were sent, or are refused at their field',
    async (unit) => {
      const endpoint = etc;
      const lambda = coldLambda(endpoint, stack.env(MCHID));
      const example = bodyFor(endpoint)['identify'] as object;
      const any = fc.string({ unit, maxLength: 80 });
      // Of the binary ones hardly any is acceptable.
      const names = fc.oneof(
        any,
        any.filter((name) => !refusable(name)),
      );
      let arrived = 0;
      await fc.assert(
        fc.asyncProperty(names, fc.boolean(), async (name, base64) => {
          stack.clear();
          const body = JSON.stringify(
            bodyFor(endpoint, { identify: { ...example, encrypted_real_name: name } }),
          );
          const { status, json } = await lambda.send(base64 ? Buffer.from(body) : body);
          if (status === 200) {
            arrived += 1;
            const [call] = attempts(stack);
            expect(call?.decrypted?.['/identify/encrypted_real_name']).toBe(name);
          } else {
            expect(status).toBe(400);
            // What stands for bytes that were lost does not say where: the whole text is refused.
            const field = name.includes('\ufffd') ? undefined : '/identify/encrypted_real_name';
            expect((json['detail'] as { field: string } | undefined)?.field).toBe(field);
            expect(attempts(stack)).toHaveLength(0);
            expect(refusable(name)).toBe(true);
          }
        }),
        { examples: [['\ufffd', false]] },
      );
      expect(arrived).toBeGreaterThan(0);
    },
  );

  it('in the clear arrive as they were sent, too', async () => {
    const endpoint = etc;
    const lambda = coldLambda(endpoint, stack.env(MCHID));
    const acceptable = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 32 })
      .filter((text) => !refusable(text));
    await fc.assert(
      fc.asyncProperty(acceptable, async (plate_number) => {
        stack.clear();
        expect((await lambda.post(bodyFor(endpoint, { plate_number }))).status).toBe(200);
        const [call] = attempts(stack);
        expect(JSON.parse(call?.body.toString() ?? '')).toMatchObject({ plate_number });
      }),
    );
  });
});
