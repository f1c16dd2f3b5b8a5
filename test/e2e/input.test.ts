import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import type { Endpoint } from '../../lib/endpoint.ts';
import { NOT_UTF8 } from '../../lib/rules.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { contextFor, payload1, payload2 } from '../support/events.ts';
import { type Answer, type CallOptions, coldLambda } from '../support/lambda.ts';
import {
  AWS_REQUEST_ID,
  bodyFor,
  captureLogs,
  expectError,
  type Logs,
  loadEndpoints,
} from '../support/world.ts';

const MCHID = '1900000001';
const FORMATS = ['1.0', '2.0'] as const;

let stack: Stack;
let etc: Endpoint;
let payee: Endpoint;
let campus: Endpoint;
let logs: Logs;

beforeAll(async () => {
  stack = await startStack();
  await stack.addMerchant({ mchid: MCHID });
  ({ etc, payee, campus } = await loadEndpoints());
});
afterAll(() => stack.close());
beforeEach(() => {
  stack.clear();
  logs = captureLogs();
});
afterEach(() => {
  logs.stop();
  // Nothing refused here costs a call to anybody.
  expect(stack.kms.calls).toHaveLength(0);
  expect(stack.wechatpay.calls).toHaveLength(0);
  expect(stack.dynamo.calls).toHaveLength(0);
});

const send = (body: string | Buffer | undefined, options?: CallOptions, endpoint = etc) =>
  coldLambda(endpoint, stack.env(MCHID)).send(body, options);
const post = (body: unknown, endpoint = etc) => send(JSON.stringify(body), {}, endpoint);

const expectRefused = (answer: Answer, status = 400, code = 'PARAM_ERROR') => {
  expectError(answer, { status, code });
  expect(answer.headers['Request-ID']).toBe(AWS_REQUEST_ID);
  expect('Retry-After' in answer.headers).toBe(false);
  expect(logs.ends()).toMatchObject([
    { message: 'pre-sign refused', reason: 'request_invalid', status, code },
  ]);
};

describe.each(FORMATS)('in payload format %s', (format) => {
  it.each([
    ['malformed JSON', '{"sp_appid":'],
    ['a trailing comma', '{"sp_appid":"x",}'],
    ['two values', '{} {}'],
    ['no text', ''],
    ['white space', ' \n '],
    ['XML', '<xml/>'],
    ['a form', 'sp_appid=x'],
    ['NaN', 'NaN'],
  ])('%s is not JSON', async (_, body) => {
    const answer = await send(body, { format });
    expectRefused(answer);
    if (body !== '') expect(answer.text).not.toContain(body);
  });

  it.each(['null', '[]', '[{}]', '"text"', '7', 'true', '{}', '1e999'])(
    '%s is not a pre-sign',
    async (body) => {
      const answer = await send(body, { format });
      expectRefused(answer);
      expect(answer.json['detail']).toBeDefined();
    },
  );

  it('no body at all', async () => {
    expectRefused(await send(undefined, { format }));
  });

  it.each([
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'multipart/form-data; boundary=x',
    '',
    'application/json2',
    'application/json charset=utf-8',
    'application/json, application/json',
    'application /json',
    'application/+json',
  ])('%j is another media type', async (type) => {
    const answer = await send(JSON.stringify(bodyFor(etc)), { format, headers: { 'Content-Type': type } });
    expectRefused(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('an event without headers', async () => {
    const request = { path: etc.path, body: JSON.stringify(bodyFor(etc)) };
    const bare = format === '1.0' ? payload1(request) : payload2(request);
    const { handler } = coldLambda(etc, stack.env(MCHID));
    for (const headers of [{}, null, undefined]) {
      const answer = await handler({ ...bare, headers }, contextFor() as Context);
      expect(answer).toMatchObject({ statusCode: 415 });
    }
  });

  it.each(['{"a":"\\ud83', '"\\u00"'])('a broken escape: %s', async (body) => {
    expectRefused(await send(body, { format }));
  });
});

describe('size', () => {
  const padded = (bytes: number) => {
    const head = '{"padding":"';
    return `${head}${'x'.repeat(bytes - head.length - 2)}"}`;
  };

  it.each([65_537, 1_000_000])('%d bytes are too many', async (bytes) => {
    expectRefused(await send(padded(bytes)), 413, 'PAYLOAD_TOO_LARGE');
  });

  it('bytes count, not characters', async () => {
    expectRefused(await send(`{"padding":"${'张'.repeat(22_000)}"}`), 413, 'PAYLOAD_TOO_LARGE');
  });

  it('base64 counts as what it stands for', async () => {
    expectRefused(await send(Buffer.from(padded(65_540))), 413, 'PAYLOAD_TOO_LARGE');
  });

  it.each([false, true])('64 KiB are looked at (base64: %s)', async (base64) => {
    const body = padded(65_536);
    expectRefused(await send(base64 ? Buffer.from(body) : body));
  });
});

describe('a base64 body', () => {
  it.each([
    ['Latin-1', Buffer.from('{"sp_appid":"é"}', 'latin1')],
    ['GBK', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xd5, 0xc5, 0x22, 0x7d])],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['a cut character', Buffer.from('{"a":"张').subarray(0, -1)],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
  ])('that is not UTF-8 (%s) is refused, not repaired', async (_, body) => {
    const answer = await send(body);
    expectRefused(answer);
    expect(answer.json['message']).toBe(NOT_UTF8.zh);
  });
});

describe('a body that was decoded leniently before it came here', () => {
  /** Its name in GBK, all else in UTF-8, read as UTF-8. */
  const damagedBody = (): string => {
    const [before, after = ''] = JSON.stringify(bodyFor(etc)).split('张三');
    const name = Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]);
    return Buffer.concat([Buffer.from(before ?? ''), name, Buffer.from(after)]).toString('utf8');
  };

  it('is refused like the bytes themselves, when GBK was taken for UTF-8', async () => {
    const damaged = damagedBody();
    expect(damaged).toContain('\uFFFD');
    for (const body of [damaged, Buffer.from(damaged)]) {
      const answer = await send(body);
      expectRefused(answer);
      expect(answer.json['message']).toBe(NOT_UTF8.zh);
      logs.clear();
    }
  });

  it('is refused at its field, when the damage is spelt as an escape', async () => {
    const answer = await send(damagedBody().replaceAll('\uFFFD', '\\ufffd'));
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({
      field: '/identify/encrypted_real_name',
      issue: expect.stringContaining('U+FFFD'),
    });
  });

  it('has no more than one byte order mark', async () => {
    expectRefused(await send('\uFEFF\uFEFF{}'));
  });
});

describe('members', () => {
  it.each([
    '{"__proto__":{"polluted":true}}',
    '{"identify":{"__proto__":{"polluted":true}}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"\\u005f_proto__":{}}',
  ])('that reach for the prototype: %s', async (body) => {
    expectRefused(await send(body));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each(['toString', 'constructor', 'hasOwnProperty', 'valueOf', '', 'a/b~c', '名字'])(
    'nobody documented: %j',
    async (name) => {
      const answer = await post({ ...bodyFor(etc), [name]: 'secret-value' });
      expectRefused(answer);
      expect(answer.json['detail']).toMatchObject({ field: '', location: 'body' });
      expect(answer.text).not.toContain('secret-value');
    },
  );

  it('nobody documented, further down', async () => {
    const identify = { ...(bodyFor(etc)['identify'] as object), identity_no: '11010119900307757X' };
    const answer = await post(bodyFor(etc, { identify }));
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: '/identify', location: 'body' });
    expect(answer.text).not.toMatch(/identity_no|11010119900307757X/);
  });

  it.each(['sp_appid', 'sub_appid', 'identify', 'bank_card_no'])('null in %s', async (name) => {
    const answer = await post(bodyFor(etc, { [name]: null }));
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: `/${name}`, location: 'body' });
  });

  it.each(['sp_appid', 'openid', 'plan_id', 'identify'])('%s left out', async (name) => {
    const { [name]: _, ...body } = bodyFor(etc);
    const answer = await post(body);
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: `/${name}`, location: 'body' });
  });

  it('several wrong at once are all named', async () => {
    const answer = await post(bodyFor(etc, { sp_appid: 7, plan_id: '', openid: 'x'.repeat(129) }));
    expectRefused(answer);
    const details = answer.json['detail'] as { field: string }[];
    expect(details.map(({ field }) => field).sort()).toEqual(['/openid', '/plan_id', '/sp_appid']);
  });

  it('of another endpoint’s spelling', async () => {
    const { identify, ...rest } = bodyFor(etc);
    expectRefused(await post({ ...rest, identity: identify }));
  });

  it('that another member asks for', async () => {
    const { bank_card: _, ...body } = bodyFor(campus);
    const answer = await post(body, campus);
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: '/bank_card' });
  });

  it.each([10, 1_000, 30_000])('arrays nested %d deep', async (depth) => {
    expectRefused(await send('['.repeat(depth) + ']'.repeat(depth)));
    logs.clear();
    expectRefused(await send(`{"sp_appid":${'['.repeat(depth)}${']'.repeat(depth)}}`));
  });

  it.each([1_000, 10_000])('objects nested %d deep', async (depth) => {
    expectRefused(await send(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`));
  });

  it('by the thousand', async () => {
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`member_${i}`, i]));
    const answer = await post(many);
    expectRefused(answer);
    expect(answer.text).not.toContain('member_');
    expect(answer.text.length).toBeLessThan(4_096);
  });
});

describe('characters', () => {
  it.each([
    ['an emoji', '张😀'],
    ['a rare ideograph', '\u{20000}'],
    ['a lone high surrogate', '张\ud800'],
    ['a lone low surrogate', '\udc00张'],
  ])('%s in a name', async (_, real_name) => {
    const answer = await post(bodyFor(payee, { real_name }), payee);
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: '/real_name', location: 'body' });
  });

  it.each([
    ['NUL', '张\0三'],
    ['DEL', '张三\x7f'],
    ['a line end', '张三\r\n'],
    ['a leading zero-width space', '\u200b张三'],
    ['what a contact list leaves around a number', '\u202d13800138000\u202c'],
    ['a blank', ' '],
    ['blanks of Chinese width', '\u3000\u3000'],
    ['a blank at its end', '张三 '],
  ])('%s in a name', async (_, real_name) => {
    const answer = await post(bodyFor(payee, { real_name }), payee);
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: '/real_name', location: 'body' });
  });

  it('a lone surrogate in a field that is not encrypted', async () => {
    const answer = await send(JSON.stringify(bodyFor(etc)).replace('藏ZZZZZZ', '\\ud800'));
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: '/plate_number' });
  });

  it.each([
    ['real_name', '张'.repeat(65)],
    ['cred_id', '1'.repeat(65)],
    ['openid', 'o'.repeat(65)],
    ['out_contract_code', 'C'.repeat(129)],
  ])('%s too long', async (name, value) => {
    const answer = await post(bodyFor(payee, { [name]: value }), payee);
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: `/${name}`, location: 'body' });
    expect(answer.text).not.toContain(value);
  });

  it('a name of 215 bytes in fewer characters', async () => {
    const identify = { ...(bodyFor(etc)['identify'] as object), encrypted_real_name: '张'.repeat(72) };
    const answer = await post(bodyFor(etc, { identify }));
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: '/identify/encrypted_real_name' });
  });

  it.each(['a b', '张三', 'a.b', 'a\n', ''])('a contract number with other characters: %j', async (code) => {
    const answer = await post(bodyFor(payee, { out_contract_code: code }), payee);
    expectRefused(answer);
    expect(answer.json['detail']).toMatchObject({ field: '/out_contract_code' });
  });
});
