import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTRACT_ROUTES } from '../../sandbox/judge-contract.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { createSdk, type Sdk } from '../support/interop/sdk.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import {
  addTestMerchant,
  authorizationHeader,
  authorizationItems,
  COMMON,
  exchange,
  get,
  holds,
  parse,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { presign } from '../support/sandbox/test-presigns.ts';
import { CAMPUS, ETC, PAYEE, type Sample } from '../support/sandbox/test-samples.ts';

const MCHID = '1900000109';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/;

let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
let other: TestMerchant;
/** A client by somebody else: it signs the target and verifies the answer, 204 included. */
let sdk: Sdk;
beforeAll(async () => {
  sandbox = await startWechatPay(STRICT);
  [merchant, other] = await Promise.all([
    addTestMerchant(sandbox, MCHID, 'public-key'),
    addTestMerchant(sandbox, '1900000110', 'public-key'),
  ]);
  sdk = createSdk(sandbox.url, merchant, sandbox.platform.publicKey(MCHID));
});
afterAll(() => sandbox.close());

let count = 0;
/** A pre-sign that the user has signed, over HTTP. */
const signed = async (sample: Sample, changes: Readonly<Record<string, unknown>> = {}) => {
  count += 1;
  const code = 'out_contract_code' in sample.body ? { '/out_contract_code': `CODE-${count}` } : {};
  const id = await presign(sandbox, merchant, sample, { ...code, ...changes });
  const { json } = await askControl(sandbox.url, 'POST', `presigns/${id}/sign`);
  return { id, contract: json.contract_id as string, code: `CODE-${count}` };
};
const act = (contract: string, verb: string) =>
  askControl(sandbox.url, 'POST', `contracts/${contract}/${verb}`);
const query = (values: Record<string, string>) => new URLSearchParams(values).toString();
const NOT_FOUND = { response: { status: 404, data: { code: 'NOT_FOUND' } } };

const byPlate = (plate_number: string, more = {}) =>
  `/v3/vehicle/etc/users/${ETC.body['openid']}/contracts?${query({ plan_id: '97619', plate_number, ...more })}`;

describe('an ETC contract', () => {
  it('is there once the user has signed, by its id and by the user and plate, and follows what the user does', async () => {
    const before = await presign(sandbox, merchant, ETC, { '/plate_number': '京A00001' });
    await expect(sdk.get(byPlate('京A00001'))).rejects.toMatchObject(NOT_FOUND);
    const { json } = await askControl(sandbox.url, 'POST', `presigns/${before}/sign`);
    const path = `/v3/vehicle/etc/contracts/${json.contract_id}`;
    const expected = {
      appid: ETC.body['sp_appid'],
      sp_mchid: MCHID,
      sp_openid: ETC.body['openid'],
      sub_appid: ETC.body['sub_appid'],
      sub_mchid: ETC.body['sub_mchid'],
      sub_openid: expect.stringMatching(/^o[\w-]{27}$/),
      contract_id: json.contract_id,
      plate_number: '京A00001',
    };
    const states = async () =>
      Promise.all([path, byPlate('京A00001')].map(async (at) => (await sdk.get(at)).data));
    for (const [verb, bind_state] of [
      ['', 'OPENED'],
      ['pause', 'PAUSE'],
      ['resume', 'OPENED'],
      ['end', 'DELETED'],
    ] as const) {
      if (verb !== '')
        expect(await act(json.contract_id, verb)).toMatchObject({ json: { state: bind_state } });
      expect(await states()).toEqual([
        { ...expected, bind_state },
        { ...expected, bind_state },
      ]);
    }
  });

  it('is the one signed last, where a user has several for a plate', async () => {
    const first = await signed(ETC, { '/plate_number': '京A00002' });
    const second = await signed(ETC, { '/plate_number': '京A00002', '/etc_device_id': '2' });
    expect(first.contract).not.toBe(second.contract);
    expect((await sdk.get(byPlate('京A00002'))).data).toMatchObject({ contract_id: second.contract });
  });

  it('of another sub-merchant is not found, of this one it is', async () => {
    const { contract } = await signed(ETC, { '/plate_number': '京A00003' });
    const path = `/v3/vehicle/etc/contracts/${contract}`;
    for (const at of [`${path}?`, byPlate('京A00003', {}).concat('&')]) {
      const mine = at.concat(query({ sub_mchid: '1510770601' }));
      expect((await sdk.get(mine)).data).toMatchObject({ contract_id: contract });
      await expect(sdk.get(at.concat(query({ sub_mchid: '1510770602' })))).rejects.toMatchObject(NOT_FOUND);
    }
  });

  it('has its plate decoded once: a space as + or %20, a percent sign as itself', async () => {
    const plate = 'A%2B +京';
    const { contract } = await signed(ETC, { '/plate_number': plate });
    const head = byPlate('').slice(0, -1 * 'plate_number='.length);
    const encoded = encodeURIComponent(plate);
    for (const text of [encoded, encoded.replace('%20', '+')])
      expect((await sdk.get(`${head}plate_number=${text}`)).data).toMatchObject({ contract_id: contract });
    await expect(sdk.get(`${head}plate_number=A%2B%20%2B%E4%BA%AC`)).rejects.toMatchObject(NOT_FOUND);
  });

  it('has a plate even where the merchant told none', async () => {
    const { contract } = await signed(ETC, { '/plate_number': undefined, '/sub_appid': undefined });
    const { data } = await sdk.get(`/v3/vehicle/etc/contracts/${contract}`);
    const { plate_number, ...rest } = Object(data);
    expect(rest).not.toHaveProperty('sub_openid');
    expect((await sdk.get(byPlate(plate_number))).data).toMatchObject({ contract_id: contract });
  });
});

describe('a campus contract', () => {
  const list = (contract_status: string, plan_id: string, more = {}) =>
    `/v3/eduschoolpay/users/${CAMPUS.body['openid']}/contracts?${query({ plan_id, contract_status, ...more })}`;

  it('is there once signed, can be terminated, twice too, and stays there', async () => {
    const { contract, code } = await signed(CAMPUS, { '/plan_id': '1' });
    const path = `/v3/eduschoolpay/contracts/${contract}`;
    const expected = {
      contract_id: contract,
      mchid: MCHID,
      appid: CAMPUS.body['appid'],
      openid: CAMPUS.body['openid'],
      plan_id: '1',
      contract_status: 'ADD',
      create_time: expect.stringMatching(TIME),
      out_contract_code: code,
    };
    const page = (data: object[], status: string) => ({
      data,
      offset: 0,
      limit: 20,
      total_count: data.length,
      links: { self: list(status, '1', { offset: '0', limit: '20' }) },
    });
    expect((await sdk.get(path)).data).toEqual(expected);
    expect((await sdk.get(list('ADD', '1'))).data).toEqual(page([expected], 'ADD'));
    const ended = { ...expected, contract_status: 'DELETE' };
    for (const _ of ['once', 'again']) {
      expect(await sdk.post(`${path}/terminate`, undefined)).toMatchObject({ status: 204, data: '' });
      expect((await sdk.get(path)).data).toEqual(ended);
    }
    expect((await sdk.get(list('ADD', '1'))).data).toEqual(page([], 'ADD'));
    expect((await sdk.get(list('DELETE', '1'))).data).toEqual(page([ended], 'DELETE'));
  });

  it('comes once, newest first, to who follows the links of the pages', async () => {
    const made: string[] = [];
    for (let at = 0; at < 5; at += 1) made.unshift((await signed(CAMPUS, { '/plan_id': '2' })).contract);
    await signed(CAMPUS, { '/plan_id': '2', '/openid': 'oSomebodyElse' });
    const walk = async (first: string, direction: 'next' | 'prev') => {
      const found: string[][] = [];
      for (let path: string | undefined = first; path !== undefined; ) {
        const { data } = await sdk.get(path);
        const { data: items, links, total_count } = Object(data);
        expect(total_count).toBe(5);
        found.push(items.map((item: { contract_id: string }) => item.contract_id));
        path = links[direction];
      }
      return found;
    };
    const pages = [made.slice(0, 2), made.slice(2, 4), made.slice(4)];
    expect(await walk(list('ADD', '2', { limit: '2' }), 'next')).toEqual(pages);
    expect(await walk(list('ADD', '2', { offset: '4', limit: '2' }), 'prev')).toEqual(pages.toReversed());
    expect(Object((await sdk.get(list('ADD', '2', { offset: '5' }))).data)).toMatchObject({ data: [] });
  });
});

describe('an individual payee’s contract', () => {
  const byCode = (code: string, appid = `${PAYEE.body['appid']}`) =>
    `/v3/ecommerce/individual-contracts/out-contract-code/${code}?${query({ appid })}`;
  const byOpenid = (openid: string, appid = `${PAYEE.body['appid']}`) =>
    `/v3/ecommerce/individual-contracts/${openid}?${query({ appid, permission_type: 'INDIVIDUAL_PAYEE' })}`;

  it('is there once signed, with a token of the real name, and without one when ended', async () => {
    await presign(sandbox, merchant, PAYEE, { '/out_contract_code': 'EARLY', '/openid': 'oEarly' });
    for (const path of [byCode('EARLY'), byOpenid('oEarly')])
      await expect(sdk.get(path)).rejects.toMatchObject(NOT_FOUND);
    const { contract, code } = await signed(PAYEE, { '/openid': 'oPayee' });
    const times = { time: expect.stringMatching(TIME) };
    const expected = {
      individual_auth_id: contract,
      signed_time: times.time,
      auth_state: 'AUTHORIZED',
      individual_openid: 'oPayee',
    };
    const real_name_auth_result = {
      scope: 'pay_realname',
      access_token: expect.stringMatching(/^\w{64}$/),
      access_token_expire_time: times.time,
    };
    expect((await sdk.get(byCode(code))).data).toEqual({ ...expected, real_name_auth_result });
    const brief = { individual_auth_id: contract, operation_time: times.time };
    expect((await sdk.get(byOpenid('oPayee'))).data).toEqual({ ...brief, auth_state: 'AUTHORIZED' });
    for (const path of [byCode(code, 'wxother'), byOpenid('oPayee', 'wxother')])
      await expect(sdk.get(path)).rejects.toMatchObject(NOT_FOUND);
    await act(contract, 'end');
    expect((await sdk.get(byCode(code))).data).toEqual({ ...expected, auth_state: 'UNAUTHORIZED' });
    expect((await sdk.get(byOpenid('oPayee'))).data).toEqual({ ...brief, auth_state: 'UNAUTHORIZED' });
  });
});

describe('a question about contracts', () => {
  const etc = '/v3/vehicle/etc/contracts/x';
  const user = '/v3/vehicle/etc/users/o/contracts';
  const campus = '/v3/eduschoolpay/contracts/x';
  const page = '/v3/eduschoolpay/users/o/contracts';
  const payee = '/v3/ecommerce/individual-contracts/o';
  const long = 'x'.repeat(33);

  it.each([
    [`${user}?plate_number=A`, 'plan_id', 'query', 'is required'],
    [`${user}?plan_id=&plate_number=A`, 'plan_id', 'query', 'is empty'],
    [`${user}?plan_id=1`, 'plate_number', 'query', 'is required'],
    [`${user}?plan_id=1&plate_number=${long}`, 'plate_number', 'query', 'longer than 32 characters'],
    [`/v3/vehicle/etc/users/${long}/contracts?plan_id=1&plate_number=A`, 'openid', 'path', 'longer than 32'],
    [`/v3/vehicle/etc/contracts/${long}`, 'contract_id', 'path', 'longer than 32 characters'],
    [`${etc}?sub_mchid=${long}`, 'sub_mchid', 'query', 'longer than 32 characters'],
    [`${etc}?sub_mchid=1&sub_mchid=1`, 'sub_mchid', 'query', 'is given twice'],
    [`${etc}?nonsense=1`, 'nonsense', 'query', 'is not documented'],
    [`${etc}?__proto__=1`, '__proto__', 'query', 'is not documented'],
    [`${user}?plan_id=1&plate_number=%E4%BA`, 'plate_number', 'query', 'is not percent-encoded UTF-8'],
    ['/v3/vehicle/etc/contracts/%zz', 'contract_id', 'path', 'is not percent-encoded UTF-8'],
    [`${campus}?appid=1`, 'appid', 'query', 'is not documented'],
    [`${page}?plan_id=1`, 'contract_status', 'query', 'is required'],
    [`${page}?plan_id=1&contract_status=OPENED`, 'contract_status', 'query', 'not one of the enum'],
    [`${page}?plan_id=1&contract_status=ADD&limit=0`, 'limit', 'query', 'has characters'],
    [`${page}?plan_id=1&contract_status=ADD&offset=-1`, 'offset', 'query', 'has characters'],
    [`${payee}?appid=wx`, 'permission_type', 'query', 'is required'],
    [`${payee}?appid=wx&permission_type=ALL`, 'permission_type', 'query', 'not one of the enum'],
    ['/v3/ecommerce/individual-contracts/out-contract-code/C', 'appid', 'query', 'is required'],
  ])('%s is told what is wrong with %s', async (path, field, location, issue) => {
    const answered = await get(sandbox.url, merchant, path);
    expect([answered.status, parse(answered)]).toEqual([
      400,
      {
        code: 'PARAM_ERROR',
        message: expect.any(String),
        detail: expect.objectContaining({ field, location, issue: expect.stringContaining(issue) }),
      },
    ]);
    expect(holds(answered, sandbox.platform.publicKey(MCHID).pem)).toBe(true);
  });

  it('is refused like any other call that is not signed, well addressed, or sent with a key of nobody’s', async () => {
    const [asked, query_] = [byPlate('京A').split('?')[0] ?? '', byPlate('京A')];
    const Authorization = authorizationHeader(authorizationItems(merchant, { method: 'GET', path: asked }));
    const send = (method: string, path: string, headers: object) =>
      exchange({ url: sandbox.url, method, path, headers: { ...headers }, body: Buffer.alloc(0) });
    // Signed without its query.
    expect((await send('GET', query_, { ...COMMON, Authorization })).status).toBe(401);
    expect((await send('GET', query_, { 'User-Agent': 'x' })).status).toBe(400);
    expect((await send('POST', query_, COMMON)).status).toBe(405);
    expect((await send('GET', `${campus}/terminate`, COMMON)).status).toBe(405);
    expect((await get(sandbox.url, merchant, '/v3/vehicle/etc/contracts/')).status).toBe(404);
    const named = await get(sandbox.url, merchant, etc, 'PUB_KEY_ID_0');
    expect(parse(named)).toMatchObject({ code: 'PARAM_ERROR', detail: { field: 'Wechatpay-Serial' } });
    const withBody = await post(sandbox.url, merchant, { path: `${campus}/terminate`, body: { why: 'so' } });
    expect(parse(withBody)).toMatchObject({ code: 'PARAM_ERROR', detail: { value: ['/body/why'] } });
  });

  it('finds nothing of another merchant’s, whatever the way', async () => {
    const [etcOne, campusOne, payeeOne] = [await signed(ETC), await signed(CAMPUS), await signed(PAYEE)];
    const values: Record<string, Record<string, string>> = {
      vehicle: { ...Object(ETC.body), contract_id: etcOne.contract },
      eduschoolpay: { ...Object(CAMPUS.body), contract_id: campusOne.contract, contract_status: 'ADD' },
      ecommerce: {
        ...Object(PAYEE.body),
        out_contract_code: payeeOne.code,
        permission_type: 'INDIVIDUAL_PAYEE',
      },
    };
    for (const { method, path, parameters } of CONTRACT_ROUTES) {
      const known = values[path.split('/')[2] ?? ''] ?? {};
      const filled = path.replace(/\{(\w+)\}/, (_, name: string) => known[name] ?? '');
      const required = Object.entries(parameters.query).filter(([, { required }]) => required);
      const target = `${filled}?${query(Object.fromEntries(required.map(([name]) => [name, known[name] ?? ''])))}`;
      const ask = (who: TestMerchant) =>
        method === 'GET'
          ? get(sandbox.url, who, target)
          : post(sandbox.url, who, { path: target, body: Buffer.alloc(0) });
      const [theirs, ours] = [await ask(other), await ask(merchant)];
      expect([path, ours.status]).toEqual([path, method === 'GET' ? 200 : 204]);
      // A page is there for everybody; nothing is on it.
      if (path.endsWith('/users/{openid}/contracts') && path.includes('eduschoolpay'))
        expect(parse(theirs)).toMatchObject({ data: [], total_count: 0 });
      else expect([path, theirs.status, parse(theirs).code]).toEqual([path, 404, 'NOT_FOUND']);
    }
  });
});

describe('the user', () => {
  const say = (path: string) => askControl(sandbox.url, 'POST', path);

  it('signs once, however often and at once it is tried', async () => {
    const id = await presign(sandbox, merchant, ETC, { '/plate_number': '京B00001' });
    const answers = await Promise.all([1, 2, 3, 4].map(() => say(`presigns/${id}/sign`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const contract = answers.find(({ status }) => status === 200)?.json.contract_id;
    for (const { status, text } of answers) if (status === 409) expect(text).toContain(contract);
    const { json } = await askControl(sandbox.url, 'GET', 'contracts');
    expect(json.filter((one: { presign_id: string }) => one.presign_id === id)).toEqual([
      expect.objectContaining({ contract_id: contract, state: 'OPENED', mchid: MCHID, path: ETC.path }),
    ]);
  });

  it('may give up, and then does not sign', async () => {
    const id = await presign(sandbox, merchant, PAYEE, { '/out_contract_code': 'GIVEN-UP' });
    expect(id).toContain('_');
    expect(await say(`presigns/${id}/give-up`)).toMatchObject({ status: 204 });
    for (const verb of ['sign', 'give-up'])
      expect(await say(`presigns/${id}/${verb}`)).toMatchObject({
        status: 409,
        text: expect.stringContaining('given this up'),
      });
    const { json } = await askControl(sandbox.url, 'GET', 'presigns');
    expect(json.find((one: { id: string }) => one.id === id)).toEqual({
      id,
      mchid: MCHID,
      path: PAYEE.path,
      can_be_signed: false,
      reason: expect.stringContaining('given this up'),
    });
  });

  it('cannot do what the product does not have, or what is done already, and is told so', async () => {
    const [etc, campus, payee] = [await signed(ETC), await signed(CAMPUS), await signed(PAYEE)];
    const refused: [string, string][] = [
      [`contracts/${campus.contract}/pause`, 'never paused'],
      [`contracts/${payee.contract}/pause`, 'never paused'],
      [`contracts/${payee.contract}/resume`, 'AUTHORIZED'],
      [`contracts/${etc.contract}/resume`, 'OPENED'],
    ];
    for (const [path, words] of refused)
      expect(await say(path)).toMatchObject({ status: 409, text: expect.stringContaining(words) });
    await say(`contracts/${etc.contract}/pause`);
    expect(await say(`contracts/${etc.contract}/pause`)).toMatchObject({ status: 409 });
    await say(`contracts/${etc.contract}/end`);
    for (const verb of ['pause', 'resume', 'end'])
      expect(await say(`contracts/${etc.contract}/${verb}`)).toMatchObject({
        status: 409,
        text: expect.stringContaining('DELETED'),
      });
    for (const path of ['presigns/nobody/sign', 'contracts/nobody/end'])
      expect(await say(path)).toMatchObject({
        status: 404,
        text: expect.stringContaining('GET /__sandbox/'),
      });
  });

  it('signs nothing at an endpoint whose row knows no contract', async () => {
    const path = '/v3/edu-papay/contracts/presign';
    sandbox.addEndpoint({ path, members: {}, answer: { member: 'presign_token', id: () => 'bare_token' } });
    await post(sandbox.url, merchant, { path, body: {} });
    expect(await say('presigns/bare_token/sign')).toMatchObject({
      status: 409,
      text: expect.stringContaining(path),
    });
  });

  it('has two hours for a campus token, and no page says how long for the others', async () => {
    let now = Date.parse('2026-06-01T00:00:00Z');
    const later = await startWechatPay({ ...STRICT, clock: () => now });
    try {
      const who = await addTestMerchant(later, MCHID, 'public-key');
      const at = () => Math.floor(now / 1000);
      const ids: string[] = [];
      for (const [index, sample] of [CAMPUS, CAMPUS, ETC, PAYEE].entries()) {
        const code = sample === ETC ? {} : { '/out_contract_code': `C${index}` };
        ids.push(await presign(later, who, sample, code, at()));
      }
      const [inTime = '', late = '', etc = '', payee = ''] = ids;
      now += 2 * 60 * 60 * 1000 - 1;
      expect(later.user.sign(inTime)).toMatchObject({ state: 'ADD', presign_id: inTime });
      now += 1;
      expect(() => later.user.sign(late)).toThrow(/2 hours/);
      const again = await presign(later, who, CAMPUS, { '/out_contract_code': 'C1' }, at());
      expect(later.user.sign(again)).toMatchObject({ state: 'ADD', out_contract_code: 'C1' });
      now += 365 * 24 * 60 * 60 * 1000;
      expect(later.user.sign(etc)).toMatchObject({ state: 'OPENED' });
      expect(later.user.sign(payee)).toMatchObject({ state: 'AUTHORIZED' });
      expect(later.user.presigns().map(({ can_be_signed }) => can_be_signed)).toEqual(Array(5).fill(false));
    } finally {
      await later.close();
    }
  });
});
