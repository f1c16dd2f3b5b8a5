import { constants, createHash, privateEncrypt, publicEncrypt, sign, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Finding, FindingCode } from '../../sandbox/anatomy.ts';
import { tell } from '../../sandbox/diagnosis/tell.ts';
import { ENGLISH } from '../../sandbox/diagnosis/texts.en.ts';
import { CHINESE } from '../../sandbox/diagnosis/texts.zh-cn.ts';
import { issueCertificate } from '../../sandbox/pki.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import {
  addTestMerchant,
  authorizationHeader,
  COMMON,
  change,
  encryptFields,
  exchange,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { PAYEE } from '../support/sandbox/test-samples.ts';

// One thing wrong at a time, sent over the wire; what is found must be that thing, and nothing besides.

const NOW = Date.parse('2026-05-04T03:02:01Z');
const DAY = 24 * 60 * 60 * 1000;
const MCHID = '1900000109';
const CIPHER = '/real_name';

let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
let certificatePem: string;
let second: Awaited<ReturnType<typeof issueCertificate>> & {
  readonly privateKey: TestMerchant['privateKey'];
};
let other: TestMerchant;
let key: { id: string; pem: string };
let plain: object;

beforeAll(async () => {
  sandbox = await startWechatPay({ clock: () => NOW });
  const issue = () => issueCertificate({ ca: sandbox.ca, commonName: MCHID, notBefore: new Date(NOW - DAY) });
  const mine = await issue();
  certificatePem = mine.certificatePem;
  const { privateKey, privateKeyPem, serial } = mine;
  merchant = { mchid: MCHID, serial, privateKey, privateKeyPem };
  await sandbox.addMerchant({ mchid: MCHID, certificatePem, privateKey, mode: 'both' });
  second = await issue();
  sandbox.addMerchantCertificate(MCHID, second.certificatePem);
  other = await addTestMerchant(sandbox, '1900000110', 'certificate');
  key = sandbox.platform.publicKey(MCHID);
  plain = encryptFields(PAYEE.body, PAYEE.sensitive, key.pem);
});
afterAll(() => sandbox.close());

type Parts = { method: string; url: string; timestamp: string; nonce: string; body: string };
type Wrong = {
  /** What goes over the wire; default a good pre-sign. */
  target?: string;
  body?: string | (() => string);
  headers?: () => Record<string, string | undefined>;
  /** What is signed, instead of what is sent. */
  parts?: (parts: Parts) => Partial<Parts>;
  message?: (text: string, parts: Parts) => string;
  signature?: (message: Buffer) => string;
  items?: () => Record<string, string>;
  header?: (header: string) => string;
};

const messageOf = ({ method, url, timestamp, nonce, body }: Parts) =>
  `${[method, url, timestamp, nonce, body].join('\n')}\n`;
const base64 = (message: Buffer) => sign('sha256', message, merchant.privateKey).toString('base64');

async function findings(wrong: Wrong, on = sandbox): Promise<readonly Finding[]> {
  const { target = PAYEE.path, signature = base64 } = wrong;
  const body = typeof wrong.body === 'function' ? wrong.body() : (wrong.body ?? JSON.stringify(plain));
  const sent = { method: 'POST', url: target, timestamp: `${NOW / 1000}`, nonce: 'n0nce', body };
  const parts = { ...sent, ...wrong.parts?.(sent) };
  const message = messageOf(parts);
  const items = {
    ...{ mchid: MCHID, nonce_str: parts.nonce, timestamp: parts.timestamp, serial_no: merchant.serial },
    signature: signature(Buffer.from(wrong.message?.(message, parts) ?? message)),
    ...wrong.items?.(),
  };
  const header = authorizationHeader(items);
  const headers = Object.entries({
    ...COMMON,
    Host: 'api.mch.weixin.qq.com',
    'Content-Type': 'application/json',
    'Content-Length': `${Buffer.byteLength(body)}`,
    'Wechatpay-Serial': key.id,
    Authorization: wrong.header?.(header) ?? header,
    ...wrong.headers?.(),
  }).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  await exchange({ url: on.url, method: 'POST', path: target, headers, body: Buffer.from(body) });
  return on.calls.at(-1)?.findings ?? [];
}

/** Codes that a test of this file has brought about. */
const seen = new Set<FindingCode>();

async function expectFound(wrong: Wrong, ...wanted: Finding[]) {
  const found = await findings(wrong);
  for (const { code } of found) seen.add(code);
  expect(found).toEqual(wanted);
}
const bare = (code: FindingCode) => ({ code, params: {} }) as Finding;

it('finds nothing wrong with what is right', async () => {
  await expectFound({});
  expect(sandbox.calls.at(-1)).toMatchObject({ status: 200 });
});

describe('headers', () => {
  it.each(['User-Agent', 'Accept'])('%s missing', (name) =>
    expectFound({ headers: () => ({ [name]: undefined }) }, { code: 'header.missing', params: { name } }),
  );

  it.each<[FindingCode, Wrong]>([
    ['header.content_type', { headers: () => ({ 'Content-Type': 'text/plain' }) }],
    ['path.not_played', { target: '/v3/pay/transactions/jsapi' }],
    ['authorization.missing', { headers: () => ({ Authorization: undefined }) }],
    ['authorization.scheme', { header: (text) => text.replace('RSA2048', 'RSA256') }],
    ['authorization.format', { header: (text) => text.replaceAll(',', ', ') }],
    ['authorization.format', { header: (text) => text.replaceAll('"', '') }],
    ['nonce.format', { parts: () => ({ nonce: 'x'.repeat(129) }) }],
    ['timestamp.milliseconds', { parts: () => ({ timestamp: `${NOW}` }) }],
    ['timestamp.not_a_number', { parts: () => ({ timestamp: '2026-05-04T03:02:01Z' }) }],
  ])('%s', (code, wrong) => expectFound(wrong, bare(code)));

  it('items missing from Authorization', () =>
    expectFound(
      { header: (text) => text.replace(/,timestamp="\d+"/, '').replace(/nonce_str="\w+"/, 'nonce_str=""') },
      { code: 'authorization.items', params: { missing: 'nonce_str, timestamp' } },
    ));

  it('a clock that is off', async () => {
    const at = (seconds: number): Wrong => ({ parts: () => ({ timestamp: `${NOW / 1000 + seconds}` }) });
    await expectFound(at(-420), { code: 'timestamp.behind', params: { seconds: 420 } });
    await expectFound(at(301), { code: 'timestamp.ahead', params: { seconds: 301 } });
    await expectFound(at(300));
  });

  it('a nonce used before, where that is looked for', async () => {
    const strict = await startWechatPay({ ...STRICT, clock: () => NOW });
    await strict.addMerchant({ mchid: MCHID, certificatePem, mode: 'both' });
    const wrong: Wrong = {
      target: '/v3/security/echo',
      body: '{"echo_message":"x"}',
      headers: () => ({ 'Wechatpay-Serial': undefined }),
    };
    expect(await findings(wrong, strict)).toEqual([]);
    expect(await findings(wrong, strict)).toEqual([bare('nonce.used')]);
    await strict.close();
  });
});

describe('who calls', () => {
  const named = (serial_no: string): Wrong => ({ items: () => ({ serial_no }) });

  it('nobody that is known', () =>
    expectFound(
      { items: () => ({ mchid: '1999999999' }) },
      { code: 'mchid.unknown', params: { mchid: '1999999999' } },
    ));

  it('a serial that is another’s, or written another way', async () => {
    const [{ serial: platform = '' } = {}] = sandbox.platform.certificates;
    const by = { code: 'key.other_serial', params: { serial: merchant.serial } } as const;
    const wrongKey = (as: string): Finding => ({ ...by, params: { ...by.params, named: as } });
    await expectFound(
      named(platform),
      { code: 'serial.platform', params: { serial: platform } },
      wrongKey(platform),
    );
    await expectFound(
      named(other.serial),
      { code: 'serial.other_merchant', params: { serial: other.serial, mchid: other.mchid } },
      wrongKey(other.serial),
    );
    const decimal = BigInt(`0x${merchant.serial}`).toString();
    await expectFound(
      named(decimal),
      { code: 'serial.decimal', params: { known: merchant.serial } },
      wrongKey(decimal),
    );
    const colons = merchant.serial.replace(/..(?=.)/g, '$&:');
    await expectFound(
      named(colons),
      { code: 'serial.format', params: { known: merchant.serial } },
      wrongKey(colons),
    );
    await expectFound(
      named('ABC'),
      { code: 'serial.unknown', params: { known: `${merchant.serial}, ${second.serial}` } },
      wrongKey('ABC'),
    );
  });

  it('a certificate out of its time', async () => {
    for (const [from, to, code] of [
      [-2, -1, 'certificate.expired'],
      [1, 2, 'certificate.not_yet_valid'],
    ] as const) {
      const made = await issueCertificate({
        ca: sandbox.ca,
        commonName: MCHID,
        notBefore: new Date(NOW + from * DAY),
        notAfter: new Date(NOW + to * DAY),
      });
      sandbox.addMerchantCertificate(MCHID, made.certificatePem);
      const signature = (message: Buffer) => sign('sha256', message, made.privateKey).toString('base64');
      await expectFound({ ...named(made.serial), signature }, {
        code,
        params: { serial: made.serial },
      } as Finding);
      sandbox.removeMerchantCertificate(MCHID, made.serial);
    }
  });

  it('another key than that of the certificate', async () => {
    const by = (privateKey: TestMerchant['privateKey']): Wrong => ({
      signature: (message) => sign('sha256', message, privateKey).toString('base64'),
    });
    await expectFound(by(second.privateKey), {
      code: 'key.other_serial',
      params: { serial: second.serial, named: merchant.serial },
    });
    await expectFound(by(other.privateKey), {
      code: 'key.other_merchant',
      params: { mchid: other.mchid, serial: other.serial },
    });
    const stray = await issueCertificate({ ca: sandbox.ca, commonName: MCHID });
    await expectFound(by(stray.privateKey), { code: 'key.unknown', params: { named: merchant.serial } });
  });
});

describe('the signature', () => {
  it.each<[string, Finding, (message: Buffer) => string]>([
    ['in hex', bare('signature.hex'), (m) => sign('sha256', m, merchant.privateKey).toString('hex')],
    [
      'in hex, then base64',
      bare('signature.hex'),
      (m) => Buffer.from(sign('sha256', m, merchant.privateKey).toString('hex')).toString('base64'),
    ],
    ['in base64 twice', bare('signature.base64_twice'), (m) => Buffer.from(base64(m)).toString('base64')],
    ['with blanks', bare('signature.base64_format'), (m) => base64(m).replace(/.{76}/g, '$& ')],
    ['cut off', { code: 'signature.length', params: { bytes: 192 } }, (m) => base64(m).slice(0, 256)],
    [
      'padded with PSS',
      bare('signature.pss'),
      (m) =>
        sign('sha256', m, {
          key: merchant.privateKey,
          padding: constants.RSA_PKCS1_PSS_PADDING,
        }).toString('base64'),
    ],
    [
      'over SHA-1',
      { code: 'signature.hash', params: { hash: 'SHA-1' } },
      (m) => sign('sha1', m, merchant.privateKey).toString('base64'),
    ],
    [
      'that is a digest, encrypted',
      bare('signature.no_digest_info'),
      (m) => privateEncrypt(merchant.privateKey, createHash('sha256').update(m).digest()).toString('base64'),
    ],
  ])('%s', (_, finding, signature) => expectFound({ signature }, finding));

  it('in the URL alphabet', () => {
    const inUrls = (m: Buffer) => base64(m).replaceAll('+', '-').replaceAll('/', '_');
    // One signature in 50,000 is the same in both alphabets.
    const nonce = (parts: Parts) =>
      ['1', '2', '3', '4'].find((one) =>
        /[+/]/.test(base64(Buffer.from(messageOf({ ...parts, nonce: one })))),
      ) ?? '';
    return expectFound(
      { signature: inUrls, parts: (parts) => ({ nonce: nonce(parts) }) },
      bare('signature.base64url'),
    );
  });
});

describe('what was signed', () => {
  const target = `${PAYEE.path}?a=%E8%97%8F&b=1`;
  const rewritten = (style: string): Finding => ({ code: 'message.body_reserialised', params: { style } });

  it.each<[FindingCode, Wrong]>([
    ['message.url_without_query', { target, parts: () => ({ url: PAYEE.path }) }],
    ['message.url_with_host', { parts: ({ url }) => ({ url: `https://api.mch.weixin.qq.com${url}` }) }],
    ['message.url_decoded', { target, parts: ({ url }) => ({ url: decodeURIComponent(url) }) }],
    ['message.url_encoded_twice', { target, parts: ({ url }) => ({ url: url.replaceAll('%', '%25') }) }],
    ['message.url_slash', { parts: ({ url }) => ({ url: url.slice(1) }) }],
    ['message.no_last_newline', { message: (text) => text.slice(0, -1) }],
    ['message.literal_newlines', { message: (text) => text.replaceAll('\n', '\\n') }],
    ['message.crlf', { message: (text) => text.replaceAll('\n', '\r\n') }],
    [
      'message.order',
      { message: (_, parts) => messageOf({ ...parts, timestamp: parts.nonce, nonce: parts.timestamp }) },
    ],
    ['message.no_body', { parts: () => ({ body: '' }) }],
    ['message.body_encoded_twice', { parts: ({ body }) => ({ body: JSON.stringify(body) }) }],
    [
      'message.body_trimmed',
      { body: () => `${JSON.stringify(plain)}\n`, parts: ({ body }) => ({ body: body.trim() }) },
    ],
    ['message.other', { parts: () => ({ body: '{}' }) }],
  ])('%s', (code, wrong) => expectFound(wrong, bare(code)));

  it('another method', () =>
    expectFound({ parts: () => ({ method: 'GET' }) }, { code: 'message.method', params: { method: 'GET' } }));

  it('the body as another serialiser writes it', async () => {
    const pretty = JSON.stringify({ b: '/路<', a: [1, { c: null }], n: {} }, null, 2);
    const send = (body: string): Wrong => ({ body: pretty, parts: () => ({ body }) });
    await expectFound(send('{"b": "/路<", "a": [1, {"c": null}], "n": {}}'), rewritten('spaced'));
    await expectFound(send('{"b": "/\\u8def<", "a": [1, {"c": null}], "n": {}}'), rewritten('spaced, ascii'));
    await expectFound(send('{"b":"\\/路<","a":[1,{"c":null}],"n":{}}'), rewritten('compact, slashes'));
    await expectFound(
      send('{"a":[1,{"c":null}],"b":"/路\\u003c","n":{}}'),
      rewritten('compact, html, sorted'),
    );
  });

  it('two things at once', () =>
    expectFound(
      { target, parts: () => ({ url: PAYEE.path }), message: (text) => text.slice(0, -1) },
      bare('message.url_without_query'),
      bare('message.no_last_newline'),
    ));

  it('a body that is JSON twice, and one that is none', async () => {
    await expectFound({ body: () => JSON.stringify(JSON.stringify(plain)) }, bare('body.encoded_twice'));
    await expectFound({ body: 'a=b' }, bare('body.not_json'));
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    await expectFound({ body: deep }, bare('body.not_json'));
    await expectFound({ target: '/v3/any', body: deep }, bare('path.not_played'), bare('body.not_json'));
    await expectFound(
      { body: deep, parts: () => ({ body: '' }) },
      bare('message.no_body'),
      bare('body.not_json'),
    );
  });
});

describe('the platform key', () => {
  const naming = (serial: string | undefined): Wrong => ({ headers: () => ({ 'Wechatpay-Serial': serial }) });

  it('is not named, or not WeChat Pay’s', async () => {
    await expectFound(naming(undefined), bare('platform_key.missing'));
    await expectFound(naming(merchant.serial), {
      code: 'platform_key.merchant_serial',
      params: { serial: merchant.serial },
    });
    await expectFound(naming('A'.repeat(40)), {
      code: 'platform_key.unknown',
      params: { serial: 'A'.repeat(40) },
    });
  });

  it('is another merchant’s', async () => {
    const { mchid } = await addTestMerchant(sandbox, '1900000111', 'public-key');
    const { id: serial } = sandbox.platform.publicKey(mchid);
    await expectFound(naming(serial), { code: 'platform_key.other_merchant', params: { serial, mchid } });
  });

  it('is of a mode that the merchant does not have', async () => {
    await sandbox.setMode(MCHID, 'certificate');
    await expectFound({}, { code: 'platform_key.mode', params: { serial: key.id, mode: 'certificate' } });
    await sandbox.setMode(MCHID, 'both');
  });
});

describe('a sensitive field', () => {
  const field = (make: (text: string) => string): Wrong => ({
    body: () => JSON.stringify(change(plain, CIPHER, () => make('张三'))),
  });
  const encryptTo =
    (pem: string, more: object = {}) =>
    (text: string) =>
      publicEncrypt(
        { key: pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1', ...more },
        Buffer.from(text),
      ).toString('base64');
  const at = (code: FindingCode, params: object = {}) =>
    ({ code, params: { pointer: CIPHER, ...params } }) as Finding;

  it('in plaintext', () =>
    expectFound(
      field((text) => text),
      at('field.plaintext'),
    ));

  it('in another encoding', async () => {
    const as = (encoding: BufferEncoding) => (text: string) =>
      Buffer.from(encryptTo(key.pem)(text), 'base64').toString(encoding);
    await expectFound(field(as('hex')), at('field.encoding', { encoding: 'hex' }));
    await expectFound(
      field((text) => as('base64')(text).replace(/.{76}/g, '$&\n')),
      at('field.encoding', { encoding: 'base64' }),
    );
  });

  it('padded another way', async () => {
    await expectFound(
      field(encryptTo(key.pem, { oaepHash: 'sha256' })),
      at('field.oaep_hash', { hash: 'SHA-256' }),
    );
    await expectFound(
      field(encryptTo(key.pem, { padding: constants.RSA_PKCS1_PADDING })),
      at('field.pkcs1_padding'),
    );
  });

  it('for another key', async () => {
    const [{ serial = '', certificatePem: platformPem = '' } = {}] = sandbox.platform.certificates;
    await expectFound(field(encryptTo(platformPem)), at('field.other_key', { used: serial, named: key.id }));
    await expectFound(
      field(encryptTo(certificatePem)),
      at('field.own_certificate', { serial: merchant.serial }),
    );
    // Whose private half nobody here has.
    const theirs = new X509Certificate(second.certificatePem).publicKey.export({
      format: 'pem',
      type: 'spki',
    });
    await expectFound(field(encryptTo(theirs.toString())), at('field.unknown_key', { named: key.id }));
  });
});

describe('the sentences', () => {
  const codes = Object.keys(ENGLISH) as FindingCode[];
  const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

  it('are about the same in both languages', () => {
    const parameters = (texts: Readonly<Record<FindingCode, string>>) =>
      codes.map((code) => [code, ...new Set(placeholders(texts[code]))]);
    expect(parameters(CHINESE)).toEqual(parameters(ENGLISH));
  });

  it('name what was found', () => {
    const { texts } = tell({ code: 'timestamp.behind', params: { seconds: 420 } });
    expect([texts.en, texts['zh-CN']]).toEqual([
      expect.stringContaining(' 420 s behind'),
      expect.stringContaining('慢了 420 秒'),
    ]);
  });

  it('are each about something that this file brings about', () => {
    const unseen = codes.filter((code) => !seen.has(code));
    expect(unseen).toEqual(['nonce.used']);
  });
});
