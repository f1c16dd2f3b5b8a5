import type { Endpoint } from '../../lib/endpoint.ts';
import { awsCommand, curl, curlToQueue, exportsFor } from './commands.ts';
import type { Local } from './local.ts';
import type { Signing } from './sign.ts';

const aboutSigning = ({ region, accessKeyId, secretAccessKey }: Signing): string[] => [
  `Calls have to be signed, for execute-api in ${region}, with the access key ${accessKeyId} and the secret`,
  `${secretAccessKey}, which open nothing anywhere else. Why one is refused is said below, and not to the caller.`,
];

const aboutEvents = ({ events }: Local, endpoint: Endpoint): string[] => [
  'The same by a message on the queue, or (with the AWS CLI) by an event on the bus:\n',
  `${curlToQueue(events, endpoint)}\n`,
  `${awsCommand(events, endpoint)}\n`,
];

/** What can be done once everything is up, as lines. */
export const guideTo = (local: Local, endpoints: readonly Endpoint[]): string[] => {
  const { gateway, toolEnv, stack, signing } = local;
  return [
    `\nWeChat Pay's console is at ${stack.wechatpay.url}: every call, taken apart.`,
    ...(signing === undefined ? [] : aboutSigning(signing)),
    `The API listens on ${gateway.url}. Try a pre-sign:\n`,
    ...endpoints.map((endpoint) => `${curl(gateway.url, endpoint, signing)}\n`),
    ...endpoints.slice(-1).flatMap((endpoint) => aboutEvents(local, endpoint)),
    'To sign as the user would, with the id of an answer (docs/operator.md tells what else a user can do):\n',
    `curl -X POST ${toolEnv['WECHATPAY_SANDBOX']}/presigns/ID/sign\n`,
    'Leave a field out, or misspell one, to see an error.\n',
    "To rehearse an operator's work as docs/operator.md tells, or a caller's with the programs of examples/, paste this",
    'into another shell:\n',
    `${exportsFor(toolEnv).join('\n')}\n`,
    'What the Lambdas log, and the outcomes of events, appear below. Ctrl-C ends everything.\n',
  ];
};
