import type { ContractEndpoint } from '../../lib/contract-endpoint.ts';
import { exampleOf } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { requestTarget } from '../../lib/wechatpay/target.ts';
import type { BusEvent } from '../../test/aws/events/put-events.ts';
import type { Local } from './local.ts';

/** One thing that happened, as a line of JSON. */
export type Step = { ok: boolean; line: string };

export const stepOf = (ok: boolean, what: object): Step => ({ ok, line: JSON.stringify(what) });

/** Long enough for a Lambda that has to be loaded first, on a busy machine. */
const PATIENCE_MS = 60_000;

/** The first event on the bus, past or to come, for which `test` holds. */
export const findEvent = (
  { eventBridge }: Local['events'],
  test: (event: BusEvent) => boolean,
): Promise<BusEvent> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('an event that should have come did not')), PATIENCE_MS);
    const look = (event: BusEvent): void => {
      if (!test(event)) return;
      clearTimeout(timer);
      resolve(event);
    };
    eventBridge.events.forEach(look);
    eventBridge.onEvent(look);
  });

/** WeChat Pay's paths begin with the product. */
const productOf = ({ path }: { path: string }): string => path.split('/')[2] ?? '';

type Known = Readonly<Record<string, unknown>>;

/** The parameters of a schema: its examples, and in their place whatever is known by the same name. */
const fill = (schema: ContractEndpoint['parameters']['path'], known: Known): Record<string, string> =>
  Object.fromEntries(
    Object.entries(exampleOf(schema) as Record<string, string>).map(([name, example]) => [
      name,
      String(known[name] ?? example),
    ]),
  );

const targetOf = ({ path, parameters }: ContractEndpoint, known: Known): string =>
  requestTarget(path, fill(parameters.path, known), fill(parameters.query, known));

/** What somebody does about a contract, and the event that tells of it, where WeChat Pay notifies of such. */
async function* actAndHear({ stack, events }: Local, act: () => Promise<Step> | Step): AsyncGenerator<Step> {
  const { notifications } = stack.wechatpay;
  const before = notifications.length;
  yield act();
  const sent = notifications[before];
  if (sent === undefined) return;
  const event = await findEvent(events, ({ detail }) => detail['notification_id'] === sent.id);
  const { notification_id, event_type } = event.detail;
  yield stepOf(true, { via: 'notification', event: event['detail-type'], event_type, notification_id });
}

/**
 * What becomes of a pre-sign, as far as its product goes: the user signs, WeChat Pay notifies, the contract is looked up,
 * and ended by whoever can.
 */
export async function* liveOn(
  local: Local,
  endpoint: Endpoint,
  contractEndpoints: readonly ContractEndpoint[],
  presignId: string,
): AsyncGenerator<Step> {
  const { user } = local.stack.wechatpay;
  // One whose row in sandbox/endpoints.ts has no contract ends here.
  if (user.presigns().some(({ id, can_be_signed }) => id === presignId && !can_be_signed)) return;
  const ofProduct = contractEndpoints.filter((one) => productOf(one) === productOf(endpoint));
  let known: Known = exampleOf(endpoint.request) as Known;
  const ask = async (one: ContractEndpoint): Promise<Step> => {
    const { status, json } = await local.callApi(one.method, targetOf(one, known));
    return stepOf(status < 300, { lambda: one.name, via: 'api', status, ...json });
  };

  yield* actAndHear(local, () => {
    const { contract_id, state } = user.sign(presignId);
    known = { ...known, contract_id };
    return stepOf(true, { via: 'user', signed: contract_id, state });
  });
  for (const query of ofProduct.filter(({ method }) => method === 'GET')) yield ask(query);
  const [terminate] = ofProduct.filter(({ method }) => method === 'POST');
  yield* actAndHear(local, () => {
    if (terminate !== undefined) return ask(terminate);
    const { state } = user.end(String(known['contract_id']));
    return stepOf(true, { via: 'user', ended: known['contract_id'], state });
  });
}
