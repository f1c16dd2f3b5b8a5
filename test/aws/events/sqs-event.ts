import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';

const attributesOf = (given: Record<string, MessageAttributeValue> = {}): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(given).map(([name, { DataType = '', StringValue, BinaryValue }]) => [
      name,
      {
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  );

const recordOf = (message: Message, region: string, queueName: string): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: message.Attributes as unknown as SQSRecord['attributes'],
  messageAttributes: attributesOf(message.MessageAttributes),
  ...(message.MD5OfMessageAttributes === undefined
    ? {}
    : { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws-cn:sqs:${region}:000000000000:${queueName}`,
  awsRegion: region,
});

/** What Lambda hands to a function for messages it received. */
export const eventOf = (messages: readonly Message[], region: string, queueName: string): SQSEvent => ({
  Records: messages.map((message) => recordOf(message, region, queueName)),
});

const failuresIn = (answer: unknown): unknown => {
  if (answer === null || answer === undefined) return [];
  if (typeof answer !== 'object' || Array.isArray(answer)) return undefined;
  if (Object.keys(answer).length === 0) return [];
  const { batchItemFailures } = answer as { batchItemFailures?: unknown };
  return batchItemFailures === null ? [] : batchItemFailures;
};

/**
 * The ids of a batch that the function did, going by its answer as Lambda does: nothing to complain of means all of
 * them; an answer nobody can read, or one that names a stranger, none.
 */
export const doneOf = (ids: readonly string[], answer: unknown): string[] => {
  const failures = failuresIn(answer);
  if (!Array.isArray(failures)) return [];
  const failed: unknown[] = failures.map(
    (item) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier,
  );
  if (failed.some((id) => typeof id !== 'string' || !ids.includes(id))) return [];
  return ids.filter((id) => !failed.includes(id));
};
