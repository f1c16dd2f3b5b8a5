import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import {
  addTestMerchant,
  change,
  encrypt,
  encryptFields,
  holds,
  parse,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { CAMPUS, ETC, PAYEE, SAMPLES, type Sample } from '../support/sandbox/test-samples.ts';

let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
let key: { id: string; pem: string };
let stranger: { id: string; pem: string };

beforeAll(async () => {
  sandbox = await startWechatPay(STRICT);
  [merchant] = await Promise.all([
    addTestMerchant(sandbox, '1900000109', 'public-key'),
    addTestMerchant(sandbox, '1900000110', 'public-key'),
  ]);
  key = sandbox.platform.publicKey('1900000109');
  stranger = sandbox.platform.publicKey('1900000110');
});
afterAll(async () => {
  await sandbox.close();
  // Whatever was refused left no trace.
  expect(sandbox.presigns).toEqual([]);
});

const good = ({ body, sensitive }: Sample) => encryptFields(body, sensitive, key.pem);

async function refusal({ path }: Sample, body: unknown, headers = {}) {
  const answer = await post(sandbox.url, merchant, { path, body, platformSerial: key.id, headers });
  expect(answer.status).toBe(400);
  expect(holds(answer, key.pem)).toBe(true);
  const { code, message, detail } = parse(answer);
  expect(sandbox.calls.at(-1)).toMatchObject({ status: 400, code, processed: false });
  return { code, message, detail, number: answer.headers['request-id']?.split('-')[1] };
}

const at = (field: string, value?: unknown) => ({
  code: 'PARAM_ERROR',
  number: '268435461',
  detail: {
    field: `/body${field}`,
    issue: expect.any(String),
    location: 'body',
    value: value === undefined ? expect.anything() : value,
  },
});

describe.each(SAMPLES)('the headers of $path', (sample) => {
  it.each(['text/plain', 'application/jsonp', 'application/x-www-form-urlencoded', ''])(
    'must not declare "%s"',
    async (type) => {
      const { code, detail } = await refusal(sample, good(sample), { 'Content-Type': type });
      expect(code).toBe('INVALID_REQUEST');
      expect(detail).toMatchObject({ field: 'Content-Type', location: 'header' });
    },
  );

  it('must name a platform key', async () => {
    const answer = await post(sandbox.url, merchant, { path: sample.path, body: good(sample) });
    expect(answer.status).toBe(400);
    expect(parse(answer)).toMatchObject({
      code: 'PARAM_ERROR',
      message: 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)',
    });
    // Nothing named, so the merchant's default key signs.
    expect(holds(answer, key.pem)).toBe(true);
  });

  it.each([
    ['of another merchant', () => stranger.id],
    ['that nobody has', () => 'PUB_KEY_ID_0114232134912410000000000000'],
    ['in lower case', () => key.id.toLowerCase()],
    ['of a certificate, in public-key mode', () => sandbox.platform.certificates[0]?.serial ?? ''],
    ['of the merchant', () => merchant.serial],
  ])('must not name a key %s', async (_, id) => {
    const { code, message } = await refusal(sample, good(sample), { 'Wechatpay-Serial': id() });
    expect([code, message]).toEqual(['PARAM_ERROR', '平台证书序列号Wechatpay-Serial错误']);
  });
});

describe('the body', () => {
  it.each([
    ['empty', ''],
    ['not JSON', '{"appid"'],
    ['an array', '[{}]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['with a byte order mark', '\ufeff{}'],
  ])('must not be %s', async (_, body) => {
    expect(await refusal(PAYEE, Buffer.from(body))).toMatchObject(at('', null));
  });

  it.each(SAMPLES)('must not hold null anywhere at $path', async (sample) => {
    const [first = ''] = sample.sensitive;
    for (const pointer of [first, `/${Object.keys(sample.body)[0]}`]) {
      expect(
        await refusal(
          sample,
          change(good(sample), pointer, () => null),
        ),
      ).toMatchObject(at(pointer, null));
    }
  });

  it.each([
    ['of four bytes', '𠮷'],
    ['that is an emoji', 'a😀'],
    ['that is half a character', '\ud842'],
    ['that is the other half', '\udfb7'],
  ])('must not hold a character %s', async (_, text) => {
    const answer = await refusal(
      ETC,
      change(good(ETC), '/plate_number', () => text),
    );
    expect(answer).toMatchObject({ ...at('/plate_number'), detail: { field: '/body/plate_number' } });
  });
});

describe('unknown members', () => {
  it.each([
    [ETC, ['/start_time']],
    [ETC, ['/identify/name', '/x~1y~0z']],
    [CAMPUS, ['/identify']],
    [CAMPUS, ['/bank_card/cvv']],
    [CAMPUS, ['/mchid']],
    [PAYEE, ['/constructor']],
  ] as const)('are named all at once, in a shape of their own (%#)', async (sample, pointers) => {
    const body = pointers.reduce<object>((all, pointer) => {
      const [last = '', ...parents] = pointer.slice(1).split('/').reverse();
      const name = last.replace('~1', '/').replace('~0', '~');
      const parent = parents.length > 0 ? `/${parents.join('/')}` : undefined;
      const add = (inner: unknown) => Object.assign({}, inner, { [name]: 'x' });
      return parent === undefined ? add(all) : change(all, parent, add);
    }, good(sample));
    const { code, message, detail, number } = await refusal(sample, body);
    expect([code, message, number]).toEqual([
      'PARAM_ERROR',
      '请求中含有未在API文档中定义的参数',
      '270924358',
    ]);
    expect(detail).toEqual({ location: null, value: pointers.map((pointer) => `/body${pointer}`) });
  });
});

describe.each(SAMPLES)('the members of $path', (sample) => {
  const pointersOf = (body: object, base = ''): string[] =>
    Object.entries(body).flatMap(([name, value]) =>
      typeof value === 'object'
        ? [`${base}/${name}`, ...pointersOf(value, `${base}/${name}`)]
        : [`${base}/${name}`],
    );
  const all = pointersOf(sample.body);
  const required = all.filter((pointer) => !sample.optional.includes(pointer));

  it.each(required)('require %s', async (pointer) => {
    expect(
      await refusal(
        sample,
        change(good(sample), pointer, () => undefined),
      ),
    ).toMatchObject(at(pointer, null));
  });

  it.each(all)('have a type for %s', async (pointer) => {
    for (const wrong of [1, [], ['x'], {}, true, 'text'].filter((value) =>
      wrongFor(sample, pointer, value),
    )) {
      const changed = change(good(sample), pointer, () => wrong);
      const { detail, code } = await refusal(sample, changed);
      expect([code, detail.field]).toEqual(['PARAM_ERROR', expect.stringContaining(`/body${pointer}`)]);
    }
  });
});

function wrongFor(sample: Sample, pointer: string, value: unknown): boolean {
  const right = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, name) => Reflect.get(Object(inner), name), sample.body);
  return typeof right !== typeof value || Array.isArray(value);
}

describe('lengths, alphabets and enums', () => {
  it.each([
    [ETC, '/sp_appid', 32],
    [ETC, '/sub_appid', 32],
    [ETC, '/sub_mchid', 32],
    [ETC, '/openid', 128],
    [ETC, '/plan_id', 32],
    [ETC, '/plate_number', 32],
    [ETC, '/identify/credential_type', 32],
    [ETC, '/bank_card_no', 2048],
    [CAMPUS, '/appid', 32],
    [CAMPUS, '/openid', 128],
    [CAMPUS, '/plan_id', 32],
    [CAMPUS, '/user_id', 32],
    [CAMPUS, '/school_id', 32],
    [CAMPUS, '/out_contract_code', 64],
    [CAMPUS, '/identity/credential_type', 32],
    [PAYEE, '/appid', 32],
    [PAYEE, '/out_contract_code', 128],
    [PAYEE, '/openid', 64],
    [PAYEE, '/real_name', 512],
    [PAYEE, '/cred_id', 512],
  ] as const)('(%#) has a limit', async (sample, pointer, max) => {
    const long = 'x'.repeat(max + 1);
    const answer = await refusal(
      sample,
      change(good(sample), pointer, () => long),
    );
    // The real server echoes what was sent, which is why nobody may pass its detail on.
    expect(answer).toMatchObject(at(pointer, long));
    expect(answer.detail.issue).toMatch(`longer than ${max}`);
    // One character less passes this check and fails on a plaintext later: nothing here may succeed.
    const exact = await post(sandbox.url, merchant, {
      path: sample.path,
      body: change(
        change(good(sample), pointer, () => long.slice(1)),
        sample.sensitive[0] ?? '',
        () => 'plain',
      ),
      platformSerial: key.id,
    });
    expect(parse(exact).detail.issue).not.toMatch('longer');
  });

  it.each([
    [CAMPUS, '/user_id', 'a_b'],
    [CAMPUS, '/user_id', '学号1'],
    [CAMPUS, '/out_contract_code', 'a b'],
    [CAMPUS, '/out_contract_code', 'a.b'],
    [CAMPUS, '/out_contract_code', '１２'],
    [CAMPUS, '/contract_mode', 'LIMIT_NONE'],
    [CAMPUS, '/contract_mode', 'default'],
    [CAMPUS, '/bank_card/valid_thru', '13/28'],
    [CAMPUS, '/bank_card/valid_thru', '08/2028'],
    [CAMPUS, '/identity/credential_type', ''],
    [PAYEE, '/out_contract_code', 'a:b'],
    [PAYEE, '/out_contract_code', 'a\n'],
    [PAYEE, '/cred_type', 'IDENTITY_CARD'],
    [PAYEE, '/cred_type', 'ID_CARD '],
    [PAYEE, '/appid', ''],
    [PAYEE, '/real_name', ''],
  ] as const)('(%#) has a set of values', async (sample, pointer, value) => {
    expect(
      await refusal(
        sample,
        change(good(sample), pointer, () => value),
      ),
    ).toMatchObject(at(pointer, value));
  });

  it.each(['LIMIT_BANK_CARD', 'PRIORITY_BANK_CARD'])('%s needs identity and bank_card', async (mode) => {
    const body = change(good(CAMPUS), '/contract_mode', () => mode);
    for (const pointer of ['/identity', '/bank_card']) {
      expect(
        await refusal(
          CAMPUS,
          change(body, pointer, () => undefined),
        ),
      ).toMatchObject(at(pointer, null));
    }
  });
});

describe('a sensitive field', () => {
  const message = '请确认待处理的消息是否为加密后的密文';
  const cases: [string, (pem: string) => string][] = [
    ['plaintext', () => '张三'],
    ['encrypted with SHA-256', (pem) => encrypt('张三', pem, 'sha256')],
    ['encrypted under another key', () => encrypt('张三', stranger.pem)],
    ['cut short', (pem) => encrypt('张三', pem).slice(4)],
    [
      'one byte too long',
      (pem) =>
        Buffer.from(`AAAA${encrypt('a', pem)}`, 'base64')
          .subarray(2)
          .toString('base64'),
    ],
    ['without padding', (pem) => encrypt('张三', pem).slice(0, -2)],
    ['with a line break', (pem) => `${encrypt('张三', pem)}\n`],
    ['base64url', (pem) => Buffer.from(encrypt('张三', pem), 'base64').toString('base64url')],
    ['random bytes', () => Buffer.alloc(256, 7).toString('base64')],
  ];
  it.each(
    SAMPLES.flatMap((sample) => sample.sensitive.map((pointer) => ({ sample, pointer, path: sample.path }))),
  )('must be a ciphertext under the named key: $pointer of $path', async ({ sample, pointer }) => {
    for (const [, make] of cases) {
      const value = make(key.pem);
      const answer = await refusal(
        sample,
        change(good(sample), pointer, () => value),
      );
      expect(answer).toMatchObject({ ...at(pointer, value), message });
    }
  });

  it.each([
    [PAYEE, 'x'.repeat(65)],
    [PAYEE, ''],
    [PAYEE, '𠮷'],
    [ETC, ''],
    [ETC, '😀'],
  ] as const)('(%#) must have an acceptable plaintext', async (sample, plaintext) => {
    const [pointer = ''] = sample.sensitive;
    const value = encrypt(plaintext, key.pem);
    expect(
      await refusal(
        sample,
        change(good(sample), pointer, () => value),
      ),
    ).toMatchObject(at(pointer, value));
    expect(sandbox.calls.at(-1)?.decrypted).toEqual({ [pointer]: plaintext });
  });
});
