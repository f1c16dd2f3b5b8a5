import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Config } from '../config.ts';
import type { Endpoint } from '../endpoint.ts';
import { createPublish } from '../events/contract.ts';
import { createOutcomes } from '../events/outcomes.ts';
import { createPostpone } from '../events/postpone.ts';
import { AWS_CLIENT } from './aws.ts';

/** What a sign-up asked for by an event needs besides. */
export const connectEvents = (config: Config, endpoint: Endpoint) => ({
  outcomes: createOutcomes(new DynamoDBClient(AWS_CLIENT), config.outcomesTable, endpoint.name),
  publish: createPublish(new EventBridgeClient(AWS_CLIENT), config.eventBusName, endpoint),
});

/** Needs nothing of the configuration: a message can be put off even when the rest of it is bad. */
export const connectQueue = () =>
  // The SDK would print a warning for every queue whose URL is not that of the endpoint it was told.
  createPostpone(new SQSClient({ ...AWS_CLIENT, useQueueUrlAsEndpoint: false }));
