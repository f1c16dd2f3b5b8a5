import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SOURCE } from '../../lib/events/contract.ts';
import type { Events } from '../aws/events/events.ts';
import { startLambda } from '../aws/lambda.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { coldLambda } from '../support/lambda.ts';
import { startNotificationsServer } from '../support/notifications-server.ts';
import { refreshLambda } from '../support/refresh.ts';
import { bodyFor, eventually, loadEndpoints } from '../support/world.ts';

const MCHID = '1900000001';
const { campus, etc } = await loadEndpoints();

let stack: Stack;
let events: Events;
let api: Awaited<ReturnType<typeof startNotificationsServer>>;
let refresh: Awaited<ReturnType<typeof startLambda>>;

beforeAll(async () => {
  // Slow enough that WeChat Pay does not give up while a busy machine is still at the refresh.
  stack = await startStack({ hurry: 20 });
  events = await stack.startEvents({ endpoints: [] });
  await stack.addMerchant({ mchid: MCHID });
  refresh = await startLambda({ refresh: (event: object) => refreshLambda(stack.env())(event) });
  const env = { ...stack.env(), ...events.env, AWS_ENDPOINT_URL_LAMBDA: refresh.url };
  api = await startNotificationsServer({ ...env, REFRESH_FUNCTION: 'refresh' });
  stack.wechatpay.setNotifyUrl(MCHID, `${api.url}/notifications/${MCHID}`);
});
afterAll(async () => {
  api.close();
  await refresh.close();
  await events.close();
  await stack.close();
});

/** Pre-signs, and signs as the user would. @returns the contract's number. */
const sign = async (endpoint: typeof campus): Promise<string> => {
  const { json } = await coldLambda(endpoint, stack.env(MCHID)).post(bodyFor(endpoint));
  return stack.wechatpay.user.sign(String(json[endpoint === etc ? 'preopen_id' : 'presign_token']))
    .contract_id;
};
/** The events about a contract, as rules see them. */
const told = (contractId: string) =>
  events.eventBridge.events.filter(
    ({ source, detail }) =>
      source === SOURCE && (detail['resource'] as { contract_id?: string }).contract_id === contractId,
  );

it('is told from the signature to the end, whatever WeChat Pay sends first', async () => {
  const contract = await sign(etc);
  await eventually(() => told(contract).length === 1);
  for (const act of ['pause', 'resume', 'end'] as const) stack.wechatpay.user[act](contract);
  await eventually(() => told(contract).length === 4);
  const states = told(contract).map(
    ({ detail }) => (detail['resource'] as { bind_state: string }).bind_state,
  );
  expect(states.sort()).toEqual(['DELETED', 'OPENED', 'OPENED', 'PAUSE']);
  // One of the four was preceded by a probe, which nobody was told of.
  expect(stack.wechatpay.notifications.flatMap(({ attempts }) => attempts).some(({ probe }) => probe)).toBe(
    true,
  );
});

it('is told though WeChat Pay signs with a certificate that nobody here has seen: the refresh is asked, once', async () => {
  // Newer than what is in the registry, and so what WeChat Pay signs with.
  await stack.wechatpay.platform.rotateCertificate();
  refresh.clearCalls();
  const contracts = [await sign(campus), await sign(campus)];
  await eventually(() => contracts.every((contract) => told(contract).length > 0));
  expect(refresh.calls).toEqual([{ functionName: 'refresh', event: { mchid: MCHID } }]);
  expect(told(contracts[0] ?? '').map((event) => event['detail-type'])).toEqual([
    'EduschoolpayContractSigned',
  ]);
});
