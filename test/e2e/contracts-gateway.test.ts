import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { requestTarget } from '../../lib/wechatpay/target.ts';
import { type Gateway, startGateway } from '../aws/gateway.ts';
import {
  type ContractsWorld,
  contractEndpoints,
  contractNamed,
  MCHID,
  startContractsWorld,
} from '../support/contracts-world.ts';

// The Lambdas as they are bundled, behind the routes of serverless.yml.

let world: ContractsWorld;
let gateway: Gateway;
beforeAll(async () => {
  world = await startContractsWorld();
  // By its own name in this stage, the Lambdas reach the refresh that serverless.yml has.
  gateway = await startGateway(world.stack.env(MCHID), 0);
}, 600_000);
afterAll(async () => {
  await gateway?.close();
  await world?.close();
});

const call = (method: string, target: string, headers = {}) =>
  fetch(`${gateway.url}${target}`, { method, headers });

describe.each(contractEndpoints)('$name, behind API Gateway,', (endpoint) => {
  const { method, path, response } = endpoint;

  it('answers what WeChat Pay answers', async () => {
    const asked = await world.askedForNew(endpoint);
    world.clear();
    const target = requestTarget(path, asked.path, asked.query);
    const answer = await call(method, target);
    const text = await answer.text();
    expect(answer.status).toBe(response === undefined ? 204 : 200);
    expect(answer.headers.get('request-id')).toBe(world.asked()[0]?.requestId);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(world.asked()[0]?.path).toBe(target);
    if (response === undefined) expect(text).toBe('');
    else expect(response.safeParse(JSON.parse(text)).success).toBe(true);
  });
});

it('a query behind API Gateway says which parameter is wrong', async () => {
  const answer = await call('GET', '/v3/vehicle/etc/users/o1/contracts?plan_id=1&plan_id=1&plate_number=1');
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ detail: { field: 'plan_id', location: 'query' } });
});

it('a Lambda behind API Gateway has the refresh Lambda bring what it may not fetch itself', async () => {
  const mchid = '1900000002';
  await world.stack.addMerchant({ mchid, seeded: false });
  const { path } = contractNamed('eduschoolpayContractById');
  const answer = await call('GET', path.replace('{contract_id}', '0'), { 'Wechatpay-Mchid': mchid });
  expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
  expect(Object.keys((await world.stack.registry.read(mchid))?.platform_keys ?? {})).toHaveLength(1);
});
