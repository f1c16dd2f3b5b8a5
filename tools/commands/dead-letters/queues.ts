import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Endpoint } from '../../../lib/endpoint.ts';
import { type Aside, asideOf, endpointNameOf, prefixOf as stagePrefixOf } from '../../../lib/names.ts';
import { Failure } from '../../explain.ts';

export type Kind = Aside;
const KINDS: readonly Kind[] = ['dead-letters', 'undelivered'];

export type Queue = { endpoint: Endpoint; kind: Kind; name: string; url: string };

const find = async (sqs: SQSClient, name: string): Promise<string> => {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    if (QueueUrl !== undefined) return QueueUrl;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'QueueDoesNotExist')) throw error;
  }
  throw new Failure(
    `there is no queue ${name} in this account and region, or it is not yours to see: check --stage, --region and --profile`,
  );
};

/** Name of an endpoint's queue and of its Lambda. */
export const prefixOf = (stage: string, { name }: Pick<Endpoint, 'name'>): string =>
  endpointNameOf(stagePrefixOf(stage), name);

/** The queue that an endpoint's Lambda reads. @throws Failure when there is none. */
export const findEndpointQueue = (sqs: SQSClient, stage: string, endpoint: Endpoint): Promise<string> =>
  find(sqs, prefixOf(stage, endpoint));

/** Both queues of each endpoint, in order. @throws Failure naming the first that is missing. */
export const findQueues = async (
  sqs: SQSClient,
  stage: string,
  endpoints: readonly Endpoint[],
): Promise<Queue[]> => {
  const named = endpoints.flatMap((endpoint) =>
    KINDS.map((kind) => ({ endpoint, kind, name: asideOf(prefixOf(stage, endpoint), kind) })),
  );
  // All at once, but complaining about the first: the same mistake must read the same every time.
  const urls = await Promise.allSettled(named.map(({ name }) => find(sqs, name)));
  return named.map((queue, index) => {
    const url = urls[index];
    if (url?.status !== 'fulfilled') throw url?.reason;
    return { ...queue, url: url.value };
  });
};

export type QueueState = {
  /** All messages, hidden ones too. Approximate: SQS may be about a minute behind. */
  approximateCount: number;
  /** How long after it was first sent SQS drops a message. */
  retentionMs: number;
};

export const stateOf = async (sqs: SQSClient, { url }: Queue): Promise<QueueState> => {
  const counts = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...counts, 'MessageRetentionPeriod'] }),
  );
  const number = (name: keyof typeof Attributes) => Number(Attributes[name] ?? 0);
  return {
    approximateCount: counts.reduce((sum, name) => sum + number(name), 0),
    retentionMs: number('MessageRetentionPeriod') * 1_000,
  };
};
