import { contractEndpointsIn } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { buildConsole } from '../../sandbox/build-console.ts';
import type { Events } from '../../test/aws/events/events.ts';
import { type Gateway, startGateway } from '../../test/aws/gateway.ts';
import { createAuthorizer } from '../../test/aws/iam.ts';
import { type Stack, startStack } from '../../test/aws/stack.ts';
import { requireStandIns } from '../../test/aws/stand-ins.ts';
import { type CallApi, createCallApi, createSendToApi } from './call.ts';
import { listenToBus } from './listen.ts';
import { type Ports, requireFreePorts } from './ports.ts';
import { reachOf } from './reach.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createSign, type Signing } from './sign.ts';
import { serveQueues, watchStandIns } from './watch.ts';

const MCHID = '1900000001';

/**
 * Time in the endpoints' queues, and between WeChat Pay's notifications, passes this much faster, so that five receives take half a minute and not half an hour.
 * Their visibility time-out is longer in return: a Lambda must not be overtaken by its own message.
 */
const HURRY = 60;
const VISIBILITY_SECONDS = 1_200;

/** What stand-ins and recorder remember, of each kind of thing: this may be up for days. */
const KEEP = 1_000;

export type Local = {
  stack: Stack;
  events: Events;
  gateway: Gateway;
  callApi: CallApi;
  /** What callers sign with; undefined where they need not. */
  signing: Signing | undefined;
  /** What the operator's tools need, the two URLs that a rehearsal asks for things, and what callers of ours need. */
  toolEnv: Readonly<Record<string, string>>;
  close: () => Promise<void>;
};

const toolEnvOf = (
  stack: Stack,
  events: Events,
  gateway: Gateway,
  queueUrl: string,
): Record<string, string> => {
  const env = { ...stack.env(), ...events.env };
  const wanted = /^AWS_|^WECHATPAY_HOSTS$/;
  const tools = Object.fromEntries(Object.entries(env).filter(([name]) => wanted.test(name)));
  return {
    // The first version of the AWS CLI looks for its region here alone.
    AWS_DEFAULT_REGION: events.queues.region,
    ...tools,
    PRESIGN_API: gateway.url,
    PRESIGN_BUS: events.eventBridge.bus,
    PRESIGN_QUEUE_URL: queueUrl,
    WECHATPAY_SANDBOX: stack.wechatpay.controlUrl,
  };
};

export type LocalOptions = {
  ports: Ports;
  endpoints: readonly Endpoint[];
  /** Whether callers of the API have to sign, as in AWS. */
  iam: boolean;
  say: (text: string) => void;
};

type Around = { recorder: Recorder; signing: Signing | undefined; say: LocalOptions['say'] };

/** The Lambdas behind API Gateway, and the way to it: signed, where it asks for that. */
const startApi = async (env: Record<string, string>, port: number, { recorder, signing, say }: Around) => {
  const onRefused = (why: string): void => say(`API Gateway answered 403, Forbidden: ${why}`);
  const authorizer = signing && createAuthorizer({ ...signing, onRefused });
  const gateway = await startGateway(env, port, { watch: recorder.onPassed, authorizer });
  gateway.onOutput(recorder.onOutput);
  return { gateway, send: createSendToApi(gateway.url, signing && createSign(signing)) };
};

/** Everything, on this machine: stand-ins, a merchant that is set up, and the Lambdas behind API Gateway and queues. */
export const startLocal = async ({ ports, endpoints, iam, say }: LocalOptions): Promise<Local> => {
  requireStandIns(endpoints);
  await requireFreePorts(ports);
  const consoleFolder = await buildConsole();
  say('Starting WeChat Pay, KMS, DynamoDB, EventBridge and SQS stand-ins …');
  const recorder = createRecorder(endpoints, KEEP);
  const { product } = recorder;
  const stack = await startStack({ ports, hurry: HURRY, keep: KEEP, consoleFolder, product });
  const queues = { endpoints, hurry: HURRY, visibilitySeconds: VISIBILITY_SECONDS, ports };
  const events = await stack.startEvents(queues);
  watchStandIns(recorder, stack, events);
  const closeAll = async (): Promise<void> => {
    await events.close();
    await stack.close();
  };
  try {
    await stack.addMerchant({ mchid: MCHID, mode: 'both' });
    // As if the scheduled refresh had just run, which would find nothing new.
    await stack.registry.endRefresh(MCHID, new Date().toISOString());
    const known = { region: events.queues.region, ...stack.credentials };
    const queueUrl = await listenToBus(events, known);
    say('Bundling the Lambdas and starting API Gateway (serverless-offline) …');
    const signing = iam ? known : undefined;
    const env = { ...stack.env(MCHID), ...events.env };
    const { gateway, send } = await startApi(env, ports.api, { recorder, signing, say });
    stack.wechatpay.setNotifyUrl(MCHID, `${gateway.url}/notifications/${MCHID}`);
    const pollers = serveQueues(recorder, events, gateway, endpoints);
    recorder.connect(reachOf({ url: gateway.url, send }, events, endpoints, await contractEndpointsIn()));
    const close = async (): Promise<void> => {
      await Promise.all(pollers.map((poller) => poller.close()));
      await gateway.close();
      await closeAll();
    };
    const toolEnv = toolEnvOf(stack, events, gateway, queueUrl);
    const callApi = createCallApi(send);
    return { stack, events, gateway, callApi, signing, toolEnv, close };
  } catch (error) {
    await closeAll();
    throw error;
  }
};
