import type { ContractEndpoint } from '../../lib/contract-endpoint.ts';
import { contractEndpointsIn, endpointsIn, exampleOf } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { membersAt, readTree } from '../../lib/schema-tree.ts';
import { startLambda } from '../aws/lambda.ts';
import { type StackOptions, startStack } from '../aws/stack.ts';
import { contractStandInOf } from '../aws/stand-ins.ts';
import { coldLambda } from './lambda.ts';
import { refreshLambda } from './refresh.ts';
import { bodyFor } from './world.ts';

export const MCHID = '1900000001';
/** As which the Lambdas know the refresh. */
const REFRESH_FUNCTION = 'refresh';

export const contractEndpoints = await contractEndpointsIn();
const presignEndpoints = await endpointsIn();

/** @throws Error when there is no such contract endpoint. */
export const contractNamed = (name: string): ContractEndpoint => {
  const endpoint = contractEndpoints.find((one) => one.name === name);
  if (endpoint === undefined) throw new Error(`no contract endpoint ${name}`);
  return endpoint;
};

const alike = (one: string, other: string): number => {
  const steps = other.split('/');
  return one.split('/').findIndex((step, at) => step !== steps[at]);
};

/** By which pre-sign contracts come about: that of the same product, whose path begins most alike. */
export const presignEndpointOf = ({ path }: ContractEndpoint): Endpoint => {
  const [first] = presignEndpoints.toSorted((a, b) => alike(b.path, path) - alike(a.path, path));
  if (first === undefined) throw new Error('no pre-sign endpoint');
  return first;
};

type Values = Readonly<Record<string, unknown>>;
const pick = (schema: ContractEndpoint['parameters']['path'], values: Values): Record<string, string> => {
  const known = { ...(exampleOf(schema) as Values), ...values };
  return Object.fromEntries(membersAt(readTree(schema), []).map((name) => [name, String(known[name])]));
};

/** Every parameter of an endpoint: as `values` has it, or its example. */
export const askedOf = ({ parameters }: ContractEndpoint, values: Values = {}) => ({
  path: pick(parameters.path, values),
  query: pick(parameters.query, values),
});

export type ContractsWorld = Awaited<ReturnType<typeof startContractsWorld>>;

/** What the contract Lambdas talk to, the refresh Lambda included, and users who sign. */
export const startContractsWorld = async (options: StackOptions = {}) => {
  for (const endpoint of contractEndpoints) contractStandInOf(endpoint);
  const stack = await startStack(options);
  await stack.addMerchant({ mchid: MCHID, mode: 'both' });
  const refresh = refreshLambda(stack.env());
  const lambda = await startLambda({ [REFRESH_FUNCTION]: (event: { mchid: string }) => refresh(event) });
  const env = { ...stack.env(MCHID), REFRESH_FUNCTION, AWS_ENDPOINT_URL_LAMBDA: lambda.url };

  /** A contract that a user has signed, by way of the pre-sign endpoint; and all that was said of it. */
  const sign = async (presign: Endpoint, change: object = {}): Promise<Values & { contract_id: string }> => {
    const body = bodyFor(presign, change);
    const { status, json } = await coldLambda(presign, env).post(body);
    if (status !== 200) throw new Error(`the pre-sign was answered ${status}`);
    const made = stack.wechatpay.presigns.find(({ id }) => Object.values(json).includes(id));
    const { contract_id } = stack.wechatpay.user.sign(made?.id ?? '');
    return { ...body, contract_id };
  };

  return {
    stack,
    env,
    /** The stand-in of AWS Lambda, by which the refresh is asked. */
    lambda,
    sign,
    /** The parameters that ask an endpoint for a contract just signed. */
    askedForNew: async (endpoint: ContractEndpoint) =>
      askedOf(endpoint, await sign(presignEndpointOf(endpoint))),
    /** Calls to WeChat Pay's contract endpoints since the last `clear()`. */
    asked: () => stack.wechatpay.calls.filter(({ path }) => path !== '/v3/certificates'),
    clear: () => {
      stack.clear();
      stack.wechatpay.clearFaults();
      lambda.clearCalls();
    },
    close: async () => {
      await lambda.close();
      await stack.close();
    },
  };
};
