import { exampleOf } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { detailType } from '../../lib/events/contract.ts';
import type { Events } from '../../test/aws/events/events.ts';
import type { Signing } from './sign.ts';

// Lines to paste into a shell. $(date +%s) makes what must be new each time new each time.
const NOW = '\'"$(date +%s)"\'';

/** The endpoint's example with a fresh contract number, as a merchant's system would send it. */
const bodyOf = ({ request }: Endpoint): object => {
  const example = exampleOf(request) as object;
  return 'out_contract_code' in example ? { ...example, out_contract_code: 'NOW' } : example;
};

const quoted = (value: object): string => JSON.stringify(value).replaceAll('NOW', NOW);

const signed = ({ region, accessKeyId, secretAccessKey }: Signing): string =>
  ` --aws-sigv4 aws:amz:${region}:execute-api --user ${accessKeyId}:${secretAccessKey}`;

/** A pre-sign through the API; curl signs it when it is told with what. */
export const curl = (url: string, endpoint: Endpoint, signing?: Signing): string =>
  `curl -i '${url}${endpoint.path}'${signing === undefined ? '' : signed(signing)} -H 'Content-Type: application/json' \\\n  -d '${quoted(bodyOf(endpoint))}'`;

/** `way`: pasted in the same second, two ways must not ask with one id, for the second would get the first one's outcome. */
const detailOf = (endpoint: Endpoint, way: 'queue' | 'bus'): string =>
  JSON.stringify({ request_id: `${way}-NOW`, body: bodyOf(endpoint) });

/** A pre-sign by a message on the endpoint's queue; the stand-in of SQS checks no signature. */
export const curlToQueue = ({ queues, queueOf }: Events, endpoint: Endpoint): string => {
  const headers = "-H 'Content-Type: application/x-amz-json-1.0' -H 'X-Amz-Target: AmazonSQS.SendMessage'";
  const message = {
    QueueUrl: `${queues.url}/000000000000/${queueOf(endpoint.name)}`,
    MessageBody: detailOf(endpoint, 'queue'),
  };
  return `curl -s '${queues.url}' ${headers} \\\n  -d '${quoted(message)}'`;
};

/** A pre-sign by an event on the bus; needs the AWS CLI, which signs. */
export const awsCommand = ({ eventBridge, queues }: Events, endpoint: Endpoint): string => {
  const entry = {
    EventBusName: eventBridge.bus,
    Source: 'shell',
    DetailType: detailType(endpoint, 'Requested'),
    Detail: detailOf(endpoint, 'bus'),
  };
  const env = 'AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox-secret';
  const where = `--endpoint-url ${eventBridge.url} --region ${queues.region}`;
  return `${env} aws events put-events ${where} \\\n  --entries '${quoted([entry])}'`;
};

/** Lets tools, curl and the AWS CLI, in any shell, work against what has been started, and against nothing else. */
export const exportsFor = (env: Readonly<Record<string, string>>): string[] => [
  // They would win over what is exported, or name other resources.
  'unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'unset MERCHANTS_TABLE DATA_KEY_ARN',
  // A proxy would be asked for its own 127.0.0.1. Programs look for one or the other.
  'export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1',
  ...Object.entries(env).map(([name, value]) => `export ${name}=${value}`),
];
