import { sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PlatformKey } from '../../../lib/wechatpay/platform-keys.ts';
import { createTransport, type HttpResponse } from '../../../lib/wechatpay/transport.ts';
import {
  claimsSignature,
  requestIdOf,
  type VerifierContext,
  verifySigned,
} from '../../../lib/wechatpay/verifier.ts';
import { generateRsaKeyPair, type KeyPair } from '../../../sandbox/pki.ts';
import { fc } from '../../support/fast-check.ts';
import { failureOf, platformKeyOf } from '../../support/protocol.ts';

const SECONDS = 1_790_000_000;
const ID = 'PUB_KEY_ID_1';
let pair: KeyPair;
let other: KeyPair;
let key: PlatformKey;
beforeAll(async () => {
  [pair, other] = await Promise.all([generateRsaKeyPair(), generateRsaKeyPair()]);
  key = platformKeyOf(ID, pair.publicKeyPem);
});

type Changes = {
  body?: Buffer;
  timestamp?: string;
  signer?: KeyPair;
  headers?: Record<string, string | undefined>;
};
/** An answer signed as WeChat Pay signs it; `headers` replaces or, with undefined, removes one afterwards. */
const signed = (changes: Changes = {}): HttpResponse => {
  const { body = Buffer.from('{"a":1}'), timestamp = String(SECONDS), signer = pair } = changes;
  const message = Buffer.concat([Buffer.from(`${timestamp}\nNONCE\n`), body, Buffer.from('\n')]);
  const headers = {
    'request-id': 'REQ-1',
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': 'NONCE',
    'wechatpay-serial': ID,
    'wechatpay-signature': sign('sha256', message, signer.privateKey).toString('base64'),
    'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
    ...changes.headers,
  };
  const present = Object.entries(headers).filter(([, value]) => value !== undefined);
  return { status: 200, headers: Object.fromEntries(present), body };
};

const context = (changes: Partial<VerifierContext> = {}): VerifierContext => ({
  keys: new Map([[ID, key]]),
  refreshKeys: async () => {
    throw new Error('no refresh was called for');
  },
  now: () => SECONDS * 1_000,
  ...changes,
});

const reasonOf = async (response: HttpResponse, changes?: Partial<VerifierContext>): Promise<string> => {
  const error = await failureOf(verifySigned(response, context(changes)));
  expect(error).toMatchObject({ code: 'BAD_GATEWAY', status: 502, requestId: 'REQ-1' });
  return error.reason;
};

describe('verifySigned accepts', () => {
  it('what WeChat Pay signed, with or without the type of the signature', async () => {
    await verifySigned(signed(), context());
    await verifySigned(signed({ headers: { 'wechatpay-signature-type': undefined } }), context());
  });

  it('any bytes of a body, as they came', async () => {
    const bodies = [
      '',
      ' {"a" : 1}\r\n\n',
      '{"name":"\\u5f20\\u4e09"}',
      '{"name":"张三"}',
      '<html>\n\n</html>',
    ].map((text) => Buffer.from(text));
    bodies.push(Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]));
    for (const body of bodies) await verifySigned(signed({ body }), context());
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), (bytes) =>
        verifySigned(signed({ body: Buffer.from(bytes) }), context()),
      ),
      { numRuns: 30 },
    );
  });
});

describe('verifySigned rejects', () => {
  it.each(['wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-serial', 'wechatpay-signature'])(
    'an answer without %s, or with an empty one',
    async (name) => {
      for (const value of [undefined, '']) {
        expect(await reasonOf(signed({ headers: { [name]: value } }))).toBe('verification_headers_missing');
      }
    },
  );

  it('another kind of signature', async () => {
    const response = signed({ headers: { 'wechatpay-signature-type': 'WECHATPAY2-SM2-WITH-SM3' } });
    expect(await reasonOf(response)).toBe('verification_headers_missing');
  });

  it.each([
    '1e3',
    '-1',
    '0x6ab13b80',
    ' 1790000000',
    '1790000000 ',
    '1790000000.0',
    '+1790000000',
    'NaN',
    '１７９',
  ])('a timestamp of %j, though properly signed', async (timestamp) => {
    expect(await reasonOf(signed({ timestamp }))).toBe('verification_timestamp');
    expect(await reasonOf(signed({ timestamp }), { now: () => Number(timestamp) * 1_000 || 0 })).toBe(
      'verification_timestamp',
    );
  });

  it('a timestamp more than 300 seconds off our clock, either way, and not one less', async () => {
    const at = (ms: number) => ({ now: () => SECONDS * 1_000 + ms });
    await verifySigned(signed(), context(at(300_000)));
    await verifySigned(signed(), context(at(-300_000)));
    expect(await reasonOf(signed(), at(300_001))).toBe('verification_timestamp');
    expect(await reasonOf(signed(), at(-300_001))).toBe('verification_timestamp');
  });

  it('a serial that stays unknown after exactly one refresh, asked for by its name', async () => {
    const asked: (string | undefined)[] = [];
    const refreshKeys = async (serial?: string) => {
      asked.push(serial);
      return new Map([[ID, key]]);
    };
    const response = signed({ headers: { 'wechatpay-serial': '7777' } });
    expect(await reasonOf(response, { refreshKeys })).toBe('verification_unknown_serial');
    expect(asked).toEqual(['7777']);
  });

  it('a serial whose certificate has expired, unless the refresh brings a better one', async () => {
    const expired = new Map([[ID, { ...key, notAfter: SECONDS * 1_000 }]]);
    const unchanged = { keys: expired, refreshKeys: async () => expired };
    expect(await reasonOf(signed(), unchanged)).toBe('verification_unknown_serial');
    await verifySigned(signed(), context({ keys: expired, refreshKeys: async () => new Map([[ID, key]]) }));
  });

  it('a signature by another key, over other bytes, of another nonce or for another time', async () => {
    const wrong = [
      signed({ signer: other }),
      { ...signed(), body: Buffer.from('{"a":2}') },
      { ...signed(), body: Buffer.from('{"a": 1}') },
      { ...signed(), body: Buffer.alloc(0) },
      signed({ headers: { 'wechatpay-nonce': 'NONCe' } }),
      signed({ headers: { 'wechatpay-timestamp': String(SECONDS + 1) } }),
    ];
    for (const response of wrong) expect(await reasonOf(response)).toBe('verification_signature');
  });

  it('an invalid byte replaced by what lenient decoding makes of it', async () => {
    const body = Buffer.from([0x22, 0xff, 0x22]);
    const decoded = Buffer.from(body.toString('utf8'));
    expect(await reasonOf({ ...signed({ body }), body: decoded })).toBe('verification_signature');
  });

  it('any single bit flipped in the body', async () => {
    const response = signed({ body: Buffer.from('{"preopen_id":"sdjf23kdsHJfdksj8djsK98HJio5hdI0"}') });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: response.body.length * 8 - 1 }), async (bit) => {
        const body = Buffer.from(response.body);
        body[bit >> 3] = (body[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await reasonOf({ ...response, body })).toBe('verification_signature');
      }),
      { numRuns: 40 },
    );
  });

  it('a probe', async () => {
    const genuine = String(signed().headers['wechatpay-signature']);
    const probes = [
      `WECHATPAY/SIGNTEST/${genuine}`,
      `WECHATPAY/SIGNTEST/${genuine}`.slice(0, genuine.length),
      'WECHATPAY/SIGNTEST/',
    ];
    for (const signature of probes) {
      expect(await reasonOf(signed({ headers: { 'wechatpay-signature': signature } }))).toBe(
        'verification_probe',
      );
    }
  });

  it('signatures that are none', async () => {
    const genuine = String(signed().headers['wechatpay-signature']);
    const wrong = [
      `${genuine}WECHATPAY/SIGNTEST/`,
      '!!!',
      'AAAA',
      Buffer.alloc(256).toString('base64'),
      Buffer.from(genuine, 'base64').subarray(1).toString('base64'),
    ];
    for (const signature of wrong) {
      expect(await reasonOf(signed({ headers: { 'wechatpay-signature': signature } }))).toBe(
        'verification_signature',
      );
    }
  });
});

describe('a header sent twice', () => {
  const answered = async (name: string): Promise<HttpResponse> => {
    const { headers, body } = signed();
    const server = createServer((_, response) => {
      const pairs = Object.entries(headers).flatMap(([field, value]) =>
        (field === name ? [value, value] : [value]).flatMap((one) => [field, String(one)]),
      );
      response.writeHead(200, [...pairs, 'connection', 'close']).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const send = createTransport([`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
    const request = { method: 'GET', path: '/', headers: {}, body: Buffer.alloc(0) };
    return send(request, { host: 0, timeoutMs: 30_000 }).finally(() => server.close());
  };

  it('is no reason to reject when it is none of the signature', async () => {
    await verifySigned(await answered('x-other'), context());
  });

  it.each([
    ['wechatpay-timestamp', 'verification_timestamp'],
    ['wechatpay-nonce', 'verification_signature'],
    ['wechatpay-serial', 'verification_unknown_serial'],
    ['wechatpay-signature', 'verification_signature'],
    ['wechatpay-signature-type', 'verification_headers_missing'],
  ])('makes %s ambiguous', async (name, reason) => {
    const response = await answered(name);
    expect(await reasonOf(response, { refreshKeys: async () => new Map([[ID, key]]) })).toBe(reason);
  });
});

describe('claimsSignature and requestIdOf', () => {
  it('read the headers and nothing else', () => {
    expect(claimsSignature(signed())).toBe(true);
    expect(claimsSignature(signed({ headers: { 'wechatpay-signature': undefined } }))).toBe(false);
    expect(requestIdOf(signed())).toBe('REQ-1');
    expect(requestIdOf(signed({ headers: { 'request-id': undefined } }))).toBeUndefined();
  });
});
