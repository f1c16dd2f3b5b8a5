import { constants, publicEncrypt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { MerchantRecord } from '../../lib/merchants/record.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { standInOf } from '../aws/stand-ins.ts';
import { replaced, valueAt } from '../support/fields.ts';
import { type CallOptions, coldLambda } from '../support/lambda.ts';
import { standInFields } from '../support/stand-in-fields.ts';
import {
  AWS_REQUEST_ID,
  attempts,
  bodyFor,
  captureLogs,
  expectDocumented,
  expectError,
  type Logs,
  loadEndpoints,
  named,
  presignOf,
} from '../support/world.ts';

const MODES = ['certificate', 'public-key', 'both'] as const;
const FORMATS = ['1.0', '2.0'] as const;
const ENDPOINTS = (await loadEndpoints()).all;

let stack: Stack;
let logs: Logs;
const records = new Map<string, MerchantRecord>();
const mchidOf = (mode: (typeof MODES)[number]) => `190000000${MODES.indexOf(mode) + 1}`;

beforeAll(async () => {
  stack = await startStack();
  for (const mode of MODES) {
    const mchid = mchidOf(mode);
    records.set(mchid, await stack.addMerchant({ mchid, mode }));
  }
});
afterAll(() => stack.close());
beforeEach(() => {
  stack.clear();
  logs = captureLogs();
});
afterEach(() => logs.stop());

const endpointNamed = (name: string): Endpoint => named(ENDPOINTS, name);

/** What an SDK caller encrypts, and what must arrive for callers in plaintext: what the stand-in calls sensitive. */
const secretsIn = (endpoint: Endpoint, body: object): Record<string, string> =>
  Object.fromEntries(
    standInFields(standInOf(endpoint).members)
      .filter(({ sensitive }) => sensitive)
      .map(({ pointer }) => [pointer, String(valueAt(body, pointer))]),
  );

const encrypt = (pem: string, text: string): string =>
  publicEncrypt(
    { key: pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    Buffer.from(text),
  ).toString('base64');

const keyOf = (mchid: string) => {
  const [id = '', key] = Object.entries(records.get(mchid)?.platform_keys ?? {}).at(-1) ?? [];
  return { id, pem: key?.pem ?? '' };
};

const encrypted = (endpoint: Endpoint, mchid: string) => {
  const { pem } = keyOf(mchid);
  const body = bodyFor(endpoint);
  return Object.entries(secretsIn(endpoint, body)).reduce(
    (sealed, [path, text]) => replaced(sealed, path, encrypt(pem, text)),
    body,
  );
};

describe.each(ENDPOINTS)('$name', (endpoint) => {
  /** The examples of the schema, whoever's body it is. */
  const secrets = secretsIn(endpoint, bodyFor(endpoint));

  describe.each(MODES)('for a merchant in mode %s', (mode) => {
    const mchid = mchidOf(mode);

    it.each(FORMATS)('takes a caller in plaintext (payload format %s)', async (format) => {
      const answer = await coldLambda(endpoint, stack.env(mchid)).post(bodyFor(endpoint), { format });
      expectDocumented(answer);
      const [call, ...more] = attempts(stack);
      expect(more).toEqual([]);
      expect(answer.status).toBe(200);
      expect(presignOf(stack, answer.json)).toMatchObject({ mchid, path: endpoint.path });
      expect(answer.headers['Request-ID']).toBe(call?.requestId);
      expect(call?.decrypted).toEqual(secrets);
      expect(call).toMatchObject({
        path: endpoint.path,
        mchid,
        serial: records.get(mchid)?.certificate_serial,
        platformSerial: keyOf(mchid).id,
        host: 'primary',
      });
      expect(call?.headers).toMatchObject({
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^wechatpay-presign\//),
      });
      for (const secret of Object.values(secrets)) {
        expect(call?.body.toString()).not.toContain(secret);
      }
    });

    it.each(FORMATS)('passes a caller’s own ciphertexts on untouched (payload format %s)', async (format) => {
      const body = encrypted(endpoint, mchid);
      const { id } = keyOf(mchid);
      const options: CallOptions = { format, headers: { 'Wechatpay-Serial': id } };
      const answer = await coldLambda(endpoint, stack.env(mchid)).post(body, options);
      expect(answer.status).toBe(200);
      const [call] = attempts(stack);
      expect(JSON.parse(call?.body.toString() ?? '')).toEqual(body);
      expect(call).toMatchObject({ platformSerial: id, decrypted: secrets });
    });
  });

  it('refuses, at the field, what is not base64 of one RSA block', async () => {
    const mchid = mchidOf('certificate');
    const lambda = coldLambda(endpoint, stack.env(mchid));
    const good = encrypted(endpoint, mchid);
    const block = encrypt(keyOf(mchid).pem, 'x');
    const bad = [
      '张三',
      '',
      block.slice(1),
      `${block}AAAA`,
      `${block}\n`,
      block.replaceAll('=', ''),
      `${block.slice(0, 171)}*${block.slice(172)}`,
      `${block.slice(0, 171)}-${block.slice(172)}`,
      Buffer.alloc(255).toString('base64'),
      Buffer.alloc(257).toString('base64'),
      Buffer.alloc(512).toString('base64'),
      null,
      7,
      [block],
    ];
    for (const path of Object.keys(secrets)) {
      for (const value of bad) {
        const answer = await lambda.post(replaced(good, path, value), {
          headers: { 'Wechatpay-Serial': keyOf(mchid).id },
        });
        expectError(answer, { status: 400, code: 'PARAM_ERROR' });
        expect(answer.json['detail']).toMatchObject({ field: path, location: 'body' });
      }
    }
    expect(stack.wechatpay.calls).toHaveLength(0);
  });

  it('takes a body in base64, as API Gateway sends what it holds for binary', async () => {
    const lambda = coldLambda(endpoint, stack.env(mchidOf('both')));
    for (const format of FORMATS) {
      const answer = await lambda.send(Buffer.from(JSON.stringify(bodyFor(endpoint))), { format });
      expect(answer.status).toBe(200);
    }
    expect(attempts(stack).map(({ decrypted }) => decrypted)).toEqual([secrets, secrets]);
  });
});

describe('a body', () => {
  it('may begin with a byte order mark, as text and in base64 alike', async () => {
    const endpoint = endpointNamed('vehicleEtcPreopen');
    const lambda = coldLambda(endpoint, stack.env(mchidOf('both')));
    const text = `\uFEFF${JSON.stringify(bodyFor(endpoint))}`;
    for (const format of FORMATS) {
      expect((await lambda.send(text, { format })).status).toBe(200);
      expect((await lambda.send(Buffer.from(text), { format })).status).toBe(200);
    }
  });
});

describe('headers', () => {
  it.each([
    ['wechatpay-mchid', 'content-type'],
    ['WECHATPAY-MCHID', 'CONTENT-TYPE'],
    ['Wechatpay-Mchid', 'Content-Type'],
    ['wEcHaTpAy-mChId', 'cOnTeNt-TyPe'],
  ])('are found whatever their case: %s, %s', async (mchidHeader, typeHeader) => {
    const endpoint = endpointNamed('vehicleEtcPreopen');
    const lambda = coldLambda(endpoint, stack.env(mchidOf('certificate')));
    for (const format of FORMATS) {
      const headers = { [mchidHeader]: mchidOf('both'), [typeHeader]: 'application/json; charset=utf-8' };
      expect((await lambda.post(bodyFor(endpoint), { headers, format })).status).toBe(200);
    }
    expect(attempts(stack).map(({ mchid }) => mchid)).toEqual([mchidOf('both'), mchidOf('both')]);
  });

  it.each([
    'application/json ; charset=utf-8',
    'application/json\t;charset=utf-8',
    ' application/json ',
    'APPLICATION/JSON;CHARSET=UTF-8',
    'application/json; charset="utf-8"',
    'application/json;',
    'application/json ;; charset=utf-8',
    'application/vnd.merchant.v1+json ; charset=utf-8',
  ])('a Content-Type may be spelt as RFC 9110 lets it: %j', async (type) => {
    const endpoint = endpointNamed('vehicleEtcPreopen');
    const lambda = coldLambda(endpoint, stack.env(mchidOf('both')));
    for (const format of FORMATS) {
      const options: CallOptions = { headers: { 'Content-Type': type }, format };
      expect((await lambda.post(bodyFor(endpoint), options)).status).toBe(200);
    }
  });

  it('a serial in the lower-case hex that SDKs carry reaches WeChat Pay as it lists it', async () => {
    const endpoint = endpointNamed('vehicleEtcPreopen');
    const { id } = keyOf(mchidOf('certificate'));
    const serial = id.toLowerCase();
    expect(serial).not.toBe(id);
    const lambda = coldLambda(endpoint, stack.env(mchidOf('certificate')));
    const body = encrypted(endpoint, mchidOf('certificate'));
    const answer = await lambda.post(body, { headers: { 'Wechatpay-Serial': serial } });
    expect(answer.status).toBe(200);
    expect(attempts(stack)).toMatchObject([{ platformSerial: id, status: 200 }]);
  });

  it.each([
    '',
    ' ',
    '0xABCDEF',
    'PUB_KEY_ID_0A',
    'PUB_KEY_ID_',
    'PUB_KEY_ID_01x',
    'pub_key_id_0100000000',
    'G'.repeat(40),
    'A'.repeat(41),
    'A\r\nX-Injected: 1',
    'ABCDEF,ABCDEF',
  ])('a Wechatpay-Serial that is none (%j) is an error in the header', async (serial) => {
    const endpoint = endpointNamed('vehicleEtcPreopen');
    const lambda = coldLambda(endpoint, stack.env(mchidOf('certificate')));
    const headers = { 'Wechatpay-Serial': serial };
    const answer = await lambda.post(encrypted(endpoint, mchidOf('certificate')), { headers });
    expectError(answer, { status: 400, code: 'PARAM_ERROR' });
    expect(answer.json['detail']).toMatchObject({ field: 'Wechatpay-Serial', location: 'header' });
    expect(answer.headers['Request-ID']).toBe(AWS_REQUEST_ID);
    expect(stack.wechatpay.calls).toHaveLength(0);
  });

  it('a well-formed serial that WeChat Pay does not know is for WeChat Pay to refuse', async () => {
    const endpoint = endpointNamed('vehicleEtcPreopen');
    const lambda = coldLambda(endpoint, stack.env(mchidOf('certificate')));
    const headers = { 'Wechatpay-Serial': 'A0'.repeat(20) };
    const answer = await lambda.post(encrypted(endpoint, mchidOf('certificate')), { headers });
    expectError(answer, { status: 400, code: 'PARAM_ERROR' });
    expect(attempts(stack)).toMatchObject([{ platformSerial: 'A0'.repeat(20) }]);
    expect(logs.reason()).toBe('wechatpay_refused');
  });

  it('plaintext under a Wechatpay-Serial never leaves', async () => {
    const endpoint = endpointNamed('vehicleEtcPreopen');
    const lambda = coldLambda(endpoint, stack.env(mchidOf('certificate')));
    const headers = { 'Wechatpay-Serial': keyOf(mchidOf('certificate')).id };
    expectError(await lambda.post(bodyFor(endpoint), { headers }), { status: 400, code: 'PARAM_ERROR' });
    expect(stack.wechatpay.calls).toHaveLength(0);
  });
});

describe('several merchants in one process', () => {
  const each = (count: number) => Array.from({ length: count }, (_, i) => mchidOf(MODES[i % 3] ?? 'both'));

  const expectOwnKeys = () => {
    for (const { mchid = '', serial, platformSerial } of attempts(stack)) {
      expect(serial).toBe(records.get(mchid)?.certificate_serial);
      expect(platformSerial).toBe(keyOf(mchid).id);
    }
    const arns = stack.kms.calls.filter(({ operation }) => operation === 'Sign').map(({ keyArn }) => keyArn);
    expect(new Set(arns).size).toBe(3);
  };

  it('in turn, each with its own key, serial and platform key', async () => {
    const endpoint = endpointNamed('vehicleEtcPreopen');
    const lambda = coldLambda(endpoint, stack.env(mchidOf('both')));
    for (const mchid of each(9)) {
      const answer = await lambda.post(bodyFor(endpoint), { headers: { 'Wechatpay-Mchid': mchid } });
      expect(answer.status).toBe(200);
    }
    expect(attempts(stack).map(({ mchid }) => mchid)).toEqual(each(9));
    expectOwnKeys();
    expect(stack.dynamo.calls).toHaveLength(3);
  });

  it('at the same time, each answer to its own caller', async () => {
    const endpoint = endpointNamed('individualContractsPreEntrustSign');
    const lambda = coldLambda(endpoint, stack.env(mchidOf('both')));
    const bodies = each(30).map((mchid, i) => ({
      mchid,
      body: bodyFor(endpoint, { real_name: `用户${i}` }),
    }));
    const answers = await Promise.all(
      bodies.map(({ mchid, body }) => lambda.post(body, { headers: { 'Wechatpay-Mchid': mchid } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    expectOwnKeys();
    for (const [i, { mchid, body }] of bodies.entries()) {
      const presign = stack.wechatpay.presigns.find(({ id }) => id === answers[i]?.json['pre_entrustweb_id']);
      expect(presign).toMatchObject({ mchid, body });
    }
  });

  it('the trouble of one is not the trouble of another', async () => {
    const endpoint = endpointNamed('vehicleEtcPreopen');
    const lambda = coldLambda(endpoint, stack.env(mchidOf('both')));
    const { signing_key_arn = '' } = records.get(mchidOf('certificate')) ?? {};
    stack.kms.setKeyState(signing_key_arn, 'Disabled');
    const answers = await Promise.all(
      each(9).map((mchid) => lambda.post(bodyFor(endpoint), { headers: { 'Wechatpay-Mchid': mchid } })),
    );
    stack.kms.setKeyState(signing_key_arn, 'Enabled');
    expect(answers.map(({ status }) => status)).toEqual([503, 200, 200, 503, 200, 200, 503, 200, 200]);
  });
});
