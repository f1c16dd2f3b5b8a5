import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { REPEATED } from '../../lib/rules.ts';
import { contractStandInOf } from '../aws/stand-ins.ts';
import {
  askedOf,
  type ContractsWorld,
  contractEndpoints,
  startContractsWorld,
} from '../support/contracts-world.ts';
import { fieldsOf } from '../support/fields.ts';
import { type Asked, coldContractLambda } from '../support/lambda.ts';
import { standInFields } from '../support/stand-in-fields.ts';
import { expectError } from '../support/world.ts';

// What each contract endpoint does, whichever it is: one that is added is found here.

let world: ContractsWorld;
beforeAll(async () => {
  world = await startContractsWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.close());

const PLACES = ['path', 'query'] as const;

describe.each(contractEndpoints)('$name', (endpoint) => {
  const { method, parameters, response } = endpoint;
  const success = response === undefined ? 204 : 200;
  const known = contractStandInOf(endpoint);
  const lambda = () => coldContractLambda(endpoint, world.env);
  const every = PLACES.flatMap((place) =>
    fieldsOf(parameters[place]).map(({ pointer, required }) => ({ place, name: pointer.slice(1), required })),
  );
  /** The example, with one parameter changed or, without a value, left out. */
  const changed = (place: 'path' | 'query', name: string, value?: string | string[]): Asked => {
    const asked = askedOf(endpoint);
    const { [name]: _, ...others } = asked[place];
    return { ...asked, [place]: value === undefined ? others : { ...others, [name]: value } };
  };

  it('knows just the parameters that WeChat Pay knows, needs those that it needs, and takes texts as long', () => {
    for (const place of PLACES) {
      const strip = ({ pointer, required }: { pointer: string; required: boolean }) => ({
        pointer,
        required,
      });
      expect(fieldsOf(parameters[place]).map(strip)).toEqual(
        standInFields(known.parameters[place]).map(strip),
      );
      for (const [name, member] of Object.entries(known.parameters[place])) {
        if (member.kind !== 'string' || member.max === undefined) continue;
        const { max, values } = member;
        const takes = (length: number) =>
          parameters[place].safeParse({ ...askedOf(endpoint)[place], [name]: 'a'.repeat(length) }).success;
        expect({ name, takes: [takes(max), takes(max + 1)] }).toEqual({
          name,
          takes: [values === undefined, false],
        });
      }
    }
  });

  it.each(['1.0', '2.0'] as const)(
    'answers what WeChat Pay answers, through payload format %s',
    async (format) => {
      const asked = await world.askedForNew(endpoint);
      world.clear();
      const answer = await lambda().ask(asked, { format });
      expect(answer.status).toBe(success);
      expect(answer.headers).toMatchObject({
        'Cache-Control': 'no-store',
        'Request-ID': world.asked()[0]?.requestId,
      });
      if (response === undefined) {
        expect(answer.text).toBe('');
        expect(answer.headers).not.toHaveProperty('Content-Type');
      } else expect(response.safeParse(answer.json).success).toBe(true);
      const [call] = world.asked();
      expect(call).toMatchObject({ method, mchid: '1900000001', processed: true });
      expect(call?.body).toHaveLength(0);
      expect(call?.headers['content-type']).toBe(method === 'POST' ? 'application/json' : undefined);
      // The key that WeChat Pay is to sign with is named.
      expect(call?.platformSerial).toMatch(/^PUB_KEY_ID_/);
    },
  );

  it('reads no body, whatever it is', async () => {
    const asked = await world.askedForNew(endpoint);
    for (const body of ['{"contract_id":', Buffer.from([255])])
      expect((await lambda().ask(asked, { body })).status).toBe(success);
  });

  it.each(every)(
    'says so when $name in the $place is missing, empty, too long or none',
    async ({ place, name, required }) => {
      const wrong = [
        changed(place, name, ''),
        changed(place, name, 'x'.repeat(200)),
        changed(place, name, 'x\u0000'),
      ];
      for (const asked of required ? [changed(place, name), ...wrong] : wrong) {
        const answer = await lambda().ask(asked);
        expectError(answer, { status: 400, code: 'PARAM_ERROR' });
        expect(answer.json['detail']).toMatchObject({ field: name, location: place });
      }
      expect(world.asked()).toHaveLength(0);
    },
  );

  it('refuses a parameter that nobody documented, without repeating its name', async () => {
    for (const format of ['1.0', '2.0'] as const) {
      const answer = await lambda().ask(changed('query', 'zhangsan_secret', 'value_of_it'), { format });
      expectError(answer, { status: 400, code: 'PARAM_ERROR' });
      expect(answer.json['detail']).toMatchObject({ field: '', location: 'query' });
      expect(answer.text).not.toMatch(/zhangsan|value_of_it/);
    }
    expect(world.asked()).toHaveLength(0);
  });

  it('refuses a parameter that is given twice, be it the same', async () => {
    for (const { name } of every.filter(({ place }) => place === 'query')) {
      const value = String(askedOf(endpoint).query[name]);
      for (const format of ['1.0', '2.0'] as const) {
        const answer = await lambda().ask(changed('query', name, [value, value]), { format });
        expect(answer.json).toMatchObject({
          code: 'PARAM_ERROR',
          detail: { field: name, issue: REPEATED.zh, location: 'query' },
        });
      }
    }
    expect(world.asked()).toHaveLength(0);
  });

  it('passes on that WeChat Pay finds nothing, or an empty page', async () => {
    const unknown = { contract_id: '0', openid: 'nobody', out_contract_code: 'nothing' };
    const answer = await lambda().ask(askedOf(endpoint, unknown));
    if (answer.status === 200) return expect(answer.json).toMatchObject({ data: [], total_count: 0 });
    expectError(answer, { status: 404, code: 'NOT_FOUND' });
    expect(answer.headers['Request-ID']).toBe(world.asked()[0]?.requestId);
  });

  it('asks again under a new signature when WeChat Pay fails once, and for the same', async () => {
    const asked = await world.askedForNew(endpoint);
    world.clear();
    world.stack.wechatpay.fault({ kind: 'system-error' });
    expect((await lambda().ask(asked)).status).toBe(success);
    const [first, second] = world.asked();
    expect(world.asked()).toHaveLength(2);
    expect(second?.path).toBe(first?.path);
    expect(second?.nonce).not.toBe(first?.nonce);
  });

  it.each(['bad-signature', 'missing-headers', 'stale-timestamp', 'unknown-serial'] as const)(
    'believes no answer with %s',
    async (kind) => {
      const asked = await world.askedForNew(endpoint);
      world.stack.wechatpay.fault({ kind }, { times: 9 });
      const answer = await lambda().ask(asked);
      expectError(answer, { status: 502, code: 'BAD_GATEWAY' });
    },
  );

  it('believes no answer of another shape', async () => {
    // With a 204 no body arrives.
    if (response === undefined) return;
    const asked = await world.askedForNew(endpoint);
    for (const body of ['not JSON', '[]', '{}', '"text"']) {
      world.stack.wechatpay.fault({ kind: 'wrong-shape', body });
      expectError(await lambda().ask(asked), { status: 502, code: 'BAD_GATEWAY' });
    }
  });

  it('says that the merchant is not here, and that it is no number', async () => {
    const asked = askedOf(endpoint);
    for (const [mchid, status, code] of [
      ['1900000099', 403, 'NO_AUTH'],
      ['x', 400, 'PARAM_ERROR'],
    ] as const) {
      const answer = await lambda().ask(asked, { headers: { 'Wechatpay-Mchid': mchid } });
      expectError(answer, { status, code });
    }
    expect(world.asked()).toHaveLength(0);
  });
});
