import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exampleOf } from '../../lib/documents/endpoints.ts';
import { CONTRACTS } from '../../lib/names.ts';
import { WITHHELD } from '../../lib/wechatpay/passable.ts';
import {
  askedOf,
  type ContractsWorld,
  contractEndpoints,
  contractNamed,
  MCHID,
  presignEndpointOf,
  startContractsWorld,
} from '../support/contracts-world.ts';
import { fc } from '../support/fast-check.ts';
import { coldContractLambda } from '../support/lambda.ts';
import { captureLogs, downloads, expectError, type Logs } from '../support/world.ts';

const etcByUser = contractNamed('vehicleEtcContractByUser');
const campusById = contractNamed('eduschoolpayContractById');
const campusByUser = contractNamed('eduschoolpayContractsByUser');
const terminate = contractNamed('eduschoolpayContractTerminate');
const payeeByCode = contractNamed('individualContractByCode');

let world: ContractsWorld;
let logs: Logs;
beforeAll(async () => {
  world = await startContractsWorld();
});
beforeEach(() => {
  world.clear();
  logs = captureLogs();
});
afterEach(() => logs.stop());
afterAll(() => world?.close());

const lambdaOf = (endpoint: Parameters<typeof coldContractLambda>[0], mchid = MCHID) =>
  coldContractLambda(endpoint, { ...world.env, WECHATPAY_DEFAULT_MCHID: mchid });
const said = (message: string) => logs.lines.filter((line) => line['message'] === message);

describe('the URL that is sent and signed', () => {
  it('has a Chinese number plate percent-encoded once, and what is not asked for is not in it', async () => {
    const { path, query } = await world.askedForNew(etcByUser);
    world.clear();
    const { sub_mchid: _, ...least } = query;
    const { status, json } = await lambdaOf(etcByUser).ask({ path, query: least });
    expect([status, json['plate_number']]).toEqual([200, '藏ZZZZZZ']);
    expect(world.asked()[0]?.path).toBe(
      `/v3/vehicle/etc/users/${path['openid']}/contracts?plan_id=97619&plate_number=%E8%97%8FZZZZZZ`,
    );
  });

  it('says to WeChat Pay what the caller said to us, whatever that is, in the schema’s order, and is signed as sent', async () => {
    const lambda = lambdaOf(etcByUser);
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 32 })
      .filter(
        (value) => etcByUser.parameters.query.safeParse({ plan_id: value, plate_number: value }).success,
      );
    const asked = fc.record({
      plan_id: text,
      plate_number: text,
      sub_mchid: fc.option(text, { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom('1.0' as const, '2.0' as const), async (values, format) => {
        world.clear();
        const given = Object.entries(values).filter(
          (pair): pair is [string, string] => pair[1] !== undefined,
        );
        const answer = await lambda.ask(
          { path: { openid: 'o-1_A' }, query: Object.fromEntries(given.toReversed()) },
          { format },
        );
        // WeChat Pay knows of no such contract; it would answer 401 to a signature over anything else.
        expect([answer.status, answer.json['code']]).toEqual([404, 'NOT_FOUND']);
        const [path, query] = (world.asked()[0]?.path ?? '').split('?');
        expect(path).toBe('/v3/vehicle/etc/users/o-1_A/contracts');
        expect(query?.split('&').map((pair) => pair.split('=').map(decodeURIComponent))).toEqual(given);
      }),
    );
  });

  it('reads a plus as a blank, as forms write it, and what is encoded twice as data', async () => {
    const asked = { path: { openid: 'o1' } };
    await lambdaOf(etcByUser).ask(asked, { rawQuery: 'plan_id=1+2&plate_number=%25E8%2597%258F' });
    expect(world.asked()[0]?.path).toMatch(/plan_id=1%202&plate_number=%25E8%2597%258F$/);
  });

  it.each(['plan_id=%FF&plate_number=1', 'plan_id=%ED%A0%80&plate_number=1'])(
    'is not made of what is no text: %s',
    async (rawQuery) => {
      const answer = await lambdaOf(etcByUser).ask({ path: { openid: 'o1' } }, { rawQuery });
      expectError(answer, { status: 400, code: 'PARAM_ERROR' });
      expect(answer.json['detail']).toMatchObject({ field: 'plan_id', location: 'query' });
      expect(world.asked()).toHaveLength(0);
    },
  );
});

describe('campus contracts', () => {
  const campus = presignEndpointOf(campusByUser);

  it('come page by page, those of the user alone', async () => {
    const openid = 'o-many';
    for (let made = 0; made < 3; made += 1) await world.sign(campus, { openid });
    const { query } = askedOf(campusByUser);
    const page = async (offset: string) => {
      const asked = { path: { openid }, query: { ...query, offset, limit: '2' } };
      return (await lambdaOf(campusByUser).ask(asked)).json;
    };
    const [first, second] = [await page('0'), await page('2')];
    expect(first).toMatchObject({ offset: 0, limit: 2, total_count: 3, links: { next: expect.any(String) } });
    expect([first['data'], second['data']].map((data) => (data as object[]).length)).toEqual([2, 1]);
    expect(second).not.toMatchObject({ links: { next: expect.anything() } });
  });

  it('are ended, which may be said twice, and are found as ended', async () => {
    const { contract_id } = await world.sign(campus);
    const asked = { path: { contract_id } };
    const status = async () => (await lambdaOf(campusById).ask(asked)).json['contract_status'];
    expect(await status()).toBe('ADD');
    for (let time = 0; time < 2; time += 1) {
      expect(await lambdaOf(terminate).ask(asked)).toMatchObject({ status: 204, text: '' });
      expect(await status()).toBe('DELETE');
    }
  });

  it('have ended once although WeChat Pay’s word of it was lost', async () => {
    const { contract_id } = await world.sign(campus);
    world.clear();
    world.stack.wechatpay.fault({ kind: 'reset-after' });
    expect((await lambdaOf(terminate).ask({ path: { contract_id } })).status).toBe(204);
    expect(world.asked().map(({ processed }) => processed)).toEqual([true, true]);
  });

  it('of another merchant are not found, and not ended', async () => {
    await world.stack.addMerchant({ mchid: '1900000002' });
    const { contract_id } = await world.sign(campus);
    const asked = { path: { contract_id } };
    expectError(await lambdaOf(terminate, '1900000002').ask(asked), { status: 404, code: 'NOT_FOUND' });
    expect((await lambdaOf(campusById).ask(asked)).json['contract_status']).toBe('ADD');
  });
});

it('a query that is answered with nothing is a bad gateway', async () => {
  const { path } = await world.askedForNew(campusById);
  world.stack.wechatpay.fault({ kind: 'no-content' });
  expectError(await lambdaOf(campusById).ask({ path }), { status: 502, code: 'BAD_GATEWAY' });
});

it('a warm Lambda asks for one signature, asks WeChat Pay once, and nobody else', async () => {
  const { path, query } = await world.askedForNew(etcByUser);
  const lambda = lambdaOf(etcByUser);
  await lambda.ask({ path, query });
  world.clear();
  expect((await lambda.ask({ path, query })).status).toBe(200);
  expect(world.stack.kms.calls.map(({ operation }) => operation)).toEqual(['Sign']);
  expect(world.stack.wechatpay.calls).toHaveLength(1);
  expect(world.stack.dynamo.calls).toHaveLength(0);
  expect(world.lambda.calls).toHaveLength(0);
});

it('a large number arrives as it came', async () => {
  const { path, query } = await world.askedForNew(campusByUser);
  const body =
    '{"data":[],"offset":0,"limit":20,"total_count":12345678901234567890,"links":{"self":"/"},"news":1.10}';
  world.stack.wechatpay.fault({ kind: 'wrong-shape', body });
  expect((await lambdaOf(campusByUser).ask({ path, query })).text).toBe(body);
});

describe('a platform key that nobody knows yet', () => {
  let merchants = 1_900_000_100;
  const add = async (options: { seeded: boolean }): Promise<string> => {
    merchants += 1;
    await world.stack.addMerchant({ mchid: String(merchants), mode: 'certificate', ...options });
    world.clear();
    return String(merchants);
  };
  const asked = askedOf(campusById, { contract_id: '0' });

  it('is brought by the refresh, asked once for all who wait', async () => {
    const mchid = await add({ seeded: false });
    const lambda = lambdaOf(campusById, mchid);
    const answers = await Promise.all(Array.from({ length: 5 }, () => lambda.ask(asked)));
    // WeChat Pay has signed that it finds nothing.
    for (const answer of answers) expectError(answer, { status: 404, code: 'NOT_FOUND' });
    expect(world.lambda.calls).toEqual([{ functionName: 'refresh', event: { mchid } }]);
    expect(downloads(world.stack).filter(({ path }) => path === '/v3/certificates')).toHaveLength(1);
  });

  it('costs one refresh, however many answers name one that nobody has', async () => {
    const mchid = await add({ seeded: true });
    const lambda = lambdaOf(campusById, mchid);
    world.stack.wechatpay.fault({ kind: 'unknown-serial' }, { times: 99 });
    for (let time = 0; time < 5; time += 1)
      expectError(await lambda.ask(asked), { status: 502, code: 'BAD_GATEWAY' });
    expect(world.lambda.calls).toHaveLength(1);
  });

  it('stays unknown when the refresh cannot be asked: nothing is believed, and the log says why', async () => {
    const mchid = await add({ seeded: false });
    world.lambda.fault('denied');
    expectError(await lambdaOf(campusById, mchid).ask(asked), { status: 502, code: 'BAD_GATEWAY' });
    expect(logs.refreshFailures()).toEqual(['refresh_failed']);
    expect(said('contract call failed')).toMatchObject([{ mchid, reason: 'verification_unknown_serial' }]);
  });
});

describe('what is not the caller’s', () => {
  it.each([
    ['the signature', { status: 401, code: 'SIGN_ERROR' }, 'signature_refused'],
    ['the permission', { status: 403, code: 'NO_AUTH' }, 'permission_missing'],
  ])('is a 503 that rings: %s', async (_, refuse, reason) => {
    const asked = await world.askedForNew(payeeByCode);
    logs.clear();
    world.stack.wechatpay.fault({ kind: 'refuse', message: '…', signed: false, ...refuse });
    const answer = await lambdaOf(payeeByCode).ask(asked);
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '60' });
    expect(said('contract call failed')).toMatchObject([
      { endpoint: payeeByCode.name, mchid: MCHID, reason },
    ]);
    expect(logs.metrics()).toEqual(expect.arrayContaining(['ContractCallFailed', 'MerchantMisconfigured']));
  });

  it('is a 503 when KMS refuses, and WeChat Pay is not asked', async () => {
    world.stack.kms.setPolicy(() => false);
    const answer = await lambdaOf(campusById).ask(askedOf(campusById));
    world.stack.kms.setPolicy(undefined);
    expectError(answer, { status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(logs.metrics()).toContain('KmsRefused');
    expect(world.asked()).toHaveLength(0);
  });

  it('is a 504 when WeChat Pay does not answer in time', async () => {
    const asked = await world.askedForNew(campusById);
    world.stack.wechatpay.fault({ kind: 'hang' }, { times: 9 });
    expectError(await lambdaOf(campusById).ask(asked, { ms: 2_500 }), {
      status: 504,
      code: 'GATEWAY_TIMEOUT',
    });
  });

  it('is a 500 when the environment lacks the name of the refresh, which the log says', async () => {
    const { REFRESH_FUNCTION: _, ...env } = world.env;
    const lambda = coldContractLambda(campusById, { ...env, REFRESH_FUNCTION: '' });
    expectError(await lambda.ask(askedOf(campusById)), { status: 500, code: 'SYSTEM_ERROR' });
    expect(said('contract call failed')).toMatchObject([
      { problem: expect.stringMatching(/^REFRESH_FUNCTION/) },
    ]);
  });
});

it('all Lambdas count as one, and each says in the log who it is', async () => {
  for (const endpoint of contractEndpoints)
    await lambdaOf(endpoint).ask(askedOf(endpoint, { contract_id: '0' }));
  const measured = logs.lines.filter((line) => '_aws' in line);
  expect(new Set(measured.map(({ endpoint }) => endpoint))).toEqual(new Set([CONTRACTS]));
  const ends = [...said('contract call refused'), ...said('contract call succeeded')];
  expect(ends.map(({ endpoint }) => endpoint).sort()).toEqual(
    contractEndpoints.map(({ name }) => name).sort(),
  );
});

describe('a marked openid, number plate, contract, code and credential are in no log line, metric or error', () => {
  const OPENID = 'oCANARY-openid_28characters00';
  const PLATE = '金丝雀CANARY7';
  const CODE = 'CANARY_code_0001';
  const MARKS = /CANARY|金丝雀|%E9%87%91/i;
  /** Each endpoint, with parameters that bear a mark and find something. */
  const everyCall = async () => {
    const calls = [];
    for (const endpoint of contractEndpoints) {
      const presign = presignEndpointOf(endpoint);
      const marked = {
        openid: OPENID,
        plate_number: PLATE,
        out_contract_code: `${CODE}_${endpoint.name.length}`,
      };
      const known = Object.entries(marked).filter(([name]) => name in (exampleOf(presign.request) as object));
      const contract = await world.sign(presign, Object.fromEntries(known));
      calls.push([endpoint, askedOf(endpoint, contract), contract.contract_id] as const);
    }
    return calls;
  };

  it('when they are found, and when WeChat Pay quotes, fails, or answers nothing that can be believed', async () => {
    for (const [endpoint, asked, contract_id] of await everyCall()) {
      logs.clear();
      const lambda = lambdaOf(endpoint);
      const { status, json } = await lambda.ask(asked);
      expect([200, 204]).toContain(status);
      const { access_token } = (json['real_name_auth_result'] ?? {}) as { access_token?: string };
      const quoted = Object.values({ ...asked.path, ...asked.query }).join(' ');
      const { wechatpay } = world.stack;
      wechatpay.fault({
        kind: 'refuse',
        status: 400,
        code: 'PARAM_ERROR',
        message: `${quoted} 不合法`,
        detail: { value: quoted },
      });
      const refused = await lambda.ask(asked);
      expect(refused.json).toEqual({ code: 'PARAM_ERROR', message: WITHHELD.zh });
      wechatpay.fault({ kind: 'wrong-shape', body: JSON.stringify({ quoted }) });
      await lambda.ask(asked);
      const wrong = await lambda.ask({ ...asked, query: { ...asked.query, [PLATE]: OPENID } });
      await lambda.ask({
        ...asked,
        path: {
          ...asked.path,
          ...Object.fromEntries(Object.keys(asked.path).map((name) => [name, `${PLATE}/`])),
        },
      });
      const log = JSON.stringify(logs.lines);
      expect(logs.lines.length).toBeGreaterThan(5);
      expect(log).not.toMatch(MARKS);
      expect(wrong.text).not.toMatch(MARKS);
      for (const secret of [contract_id, access_token])
        if (secret !== undefined) expect(log).not.toContain(secret);
    }
  });
});
