import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Config } from '../config.ts';
import type { Endpoint } from '../endpoint.ts';
import { createPostpone } from '../events/postpone.ts';
import { createPublish } from '../events/publish.ts';
import { AWS_CLIENT } from './aws.ts';

/** The bus that outcomes are published on. */
export const connectBus = (config: Config, endpoint: Endpoint) =>
  createPublish(new EventBridgeClient(AWS_CLIENT), config.eventBusName, endpoint);

/** Needs nothing of the configuration: a message can be put off even when the rest of it is bad. */
export const connectQueue = () =>
  // The SDK would print a warning for every queue whose URL is not that of the endpoint it was told.
  createPostpone(new SQSClient({ ...AWS_CLIENT, useQueueUrlAsEndpoint: false }));
