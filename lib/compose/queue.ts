import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Config } from '../config.ts';
import type { Endpoint } from '../endpoint.ts';
import { createPostpone } from '../events/postpone.ts';
import { createPublish, type Publish } from '../events/publish.ts';
import { createQueueHandler } from '../events/queue.ts';
import type { Presign } from '../presign.ts';
import type { Telemetry } from '../telemetry.ts';
import { AWS_CLIENT } from './aws.ts';

/**
 * An endpoint's way in through its queue. endpoint.ts loads this file when a message comes, so nothing else may import
 * it: what it needs, and API Gateway's way in does not, is then no part of the start.
 * @param connect throws when the environment is bad. To put a message off, nothing of it is needed.
 */
export const createQueue = (
  endpoint: Endpoint,
  connect: () => { config: Config; presign: Presign },
  telemetry: Telemetry,
) => {
  let publish: Publish | undefined;
  return createQueueHandler({
    endpoint,
    connect: () => {
      const { config, presign } = connect();
      publish ??= createPublish(new EventBridgeClient(AWS_CLIENT), config.eventBusName, endpoint);
      return { presign, publish, defaultMchid: config.defaultMchid };
    },
    // The SDK would print a warning for every queue whose URL is not that of the endpoint it was told.
    postpone: createPostpone(new SQSClient({ ...AWS_CLIENT, useQueueUrlAsEndpoint: false })),
    telemetry,
  });
};
