import { sign, verify } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorization,
  launchMessage,
  makeNonce,
  requestMessage,
  signedMessage,
} from '../../../lib/wechatpay/message.ts';
import { generateRsaKeyPair, type KeyPair } from '../../../sandbox/pki.ts';
import { fc } from '../../support/fast-check.ts';

const LF = 0x0a;
let keys: KeyPair;
beforeAll(async () => {
  keys = await generateRsaKeyPair();
});

/** The receiving side's reading: `count` lines, then everything up to the closing line feed. */
const split = (message: Buffer, count: number) => {
  let rest = message;
  const lines = Array.from({ length: count }, () => {
    const end = rest.indexOf(LF);
    const line = rest.subarray(0, end).toString();
    rest = rest.subarray(end + 1);
    return line;
  });
  return { lines, body: rest.subarray(0, -1), last: rest.at(-1) };
};

const line = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\n', ''));
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: 'grapheme' }).map((value) => Buffer.from(`{"name": "${value}"}\r\n`)),
);
const seconds = fc.nat({ max: 99_999_999_999 });

describe('launchMessage', () => {
  it('splits back into exactly its parts, and nothing follows', () => {
    fc.assert(
      fc.property(line, line, line, line, (appid, timeStamp, nonceStr, name) => {
        const parts = split(launchMessage({ appid, timeStamp, nonceStr, package: name }), 4);
        expect(parts).toEqual({
          lines: [appid, timeStamp, nonceStr, name],
          body: Buffer.alloc(0),
          last: undefined,
        });
      }),
    );
  });
});

describe('requestMessage', () => {
  it('splits back into exactly its parts, whatever the body', () => {
    fc.assert(
      fc.property(line, line, seconds, line, body, (method, path, timestamp, nonce, bytes) => {
        const message = requestMessage({ method, path, timestamp, nonce, body: Buffer.from(bytes) });
        const parts = split(message, 4);
        expect(parts.lines).toEqual([method, path, String(timestamp), nonce]);
        expect(parts.body.equals(bytes)).toBe(true);
        expect(parts.last).toBe(LF);
      }),
    );
  });

  it.each([
    {
      name: 'a GET closes its empty body with a line feed',
      parts: {
        method: 'GET',
        path: '/v3/certificates?a=%20b&c=',
        timestamp: 1554208460,
        nonce: 'N1',
        body: '',
      },
      text: 'GET\n/v3/certificates?a=%20b&c=\n1554208460\nN1\n\n',
    },
    {
      name: 'a POST signs the body as it is sent',
      parts: { method: 'POST', path: '/v3/x', timestamp: 0, nonce: 'N2', body: '{"name":"张三"}\n' },
      text: 'POST\n/v3/x\n0\nN2\n{"name":"张三"}\n\n',
    },
  ])('known answer: $name', ({ parts, text }) => {
    const message = requestMessage({ ...parts, body: Buffer.from(parts.body) });
    expect(message.toString('hex')).toBe(Buffer.from(text).toString('hex'));
    const signature = sign('sha256', message, keys.privateKey);
    expect(verify('sha256', Buffer.from(text), keys.publicKeyPem, signature)).toBe(true);
  });
});

describe('signedMessage', () => {
  it('splits back into exactly its parts, whatever the body', () => {
    fc.assert(
      fc.property(line, line, body, (timestamp, nonce, bytes) => {
        const parts = split(signedMessage({ timestamp, nonce, body: Buffer.from(bytes) }), 2);
        expect(parts.lines).toEqual([timestamp, nonce]);
        expect(parts.body.equals(bytes)).toBe(true);
        expect(parts.last).toBe(LF);
      }),
    );
  });

  it('known answer: verifies what WeChat Pay signs', () => {
    const text = '1554208460\nN3\n{"data": 1}\n';
    const signature = sign('sha256', Buffer.from(text), keys.privateKey);
    const message = signedMessage({
      timestamp: '1554208460',
      nonce: 'N3',
      body: Buffer.from('{"data": 1}'),
    });
    expect(verify('sha256', message, keys.publicKeyPem, signature)).toBe(true);
  });
});

describe('authorization', () => {
  /** Reads the header as RFC 7235 describes credentials: a scheme, a space, a list of name="value". */
  const parse = (header: string) => {
    const space = header.indexOf(' ');
    const parameters = new Map<string, string>();
    let rest = header.slice(space + 1);
    while (rest !== '') {
      const [whole, name = '', value = ''] = /^([a-z_]+)="([^"\\]*)"(?:,|$)/.exec(rest) ?? [];
      if (whole === undefined || parameters.has(name)) throw new Error('not a list of parameters');
      parameters.set(name, value);
      rest = rest.slice(whole.length);
    }
    return { scheme: header.slice(0, space), parameters: Object.fromEntries(parameters) };
  };

  it('parses back into what it was made of', () => {
    const digits = fc.stringMatching(/^\d{1,32}$/);
    const serial = fc.stringMatching(/^[0-9A-F]{1,40}$/);
    const base64 = fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    fc.assert(
      fc.property(digits, serial, base64, seconds, (mchid, serial_no, signature, timestamp) => {
        const nonce = makeNonce();
        expect(parse(authorization({ mchid, serial: serial_no, signature, timestamp, nonce }))).toEqual({
          scheme: 'WECHATPAY2-SHA256-RSA2048',
          parameters: { mchid, serial_no, signature, timestamp: String(timestamp), nonce_str: nonce },
        });
      }),
    );
  });
});

describe('makeNonce', () => {
  it('is 32 upper-case hexadecimal digits, never the same twice', () => {
    const nonces = Array.from({ length: 1_000 }, makeNonce);
    expect(nonces.filter((nonce) => !/^[0-9A-F]{32}$/.test(nonce))).toEqual([]);
    expect(new Set(nonces).size).toBe(1_000);
  });
});
