// node hear.ts FOLDER: keeps each outcome and notification that comes to the queue once, as a file in FOLDER. It may be
// killed at any time: what was kept and not yet deleted comes again, and is known.
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { required } from './environment.ts';

type Event = {
  'detail-type': string;
  detail: { mchid: string; notification_id?: string; request_id?: string };
};

const sqs = new SQSClient();
const QueueUrl = required('PRESIGN_QUEUE_URL');

/** What an event is known by: SQS, EventBridge and WeChat Pay may each bring it twice. @throws Error when it is none of ours. */
const identityOf = (text: string): string[] => {
  const { 'detail-type': type, detail } = JSON.parse(text) as Event;
  const { mchid, notification_id, request_id } = detail;
  const identity = notification_id === undefined ? [type, mchid, request_id] : [mchid, notification_id];
  if (!identity.every((part): part is string => typeof part === 'string'))
    throw new Error('no event of this service');
  return identity;
};

/**
 * Your database stands here: an INSERT with the identity as primary key, in the transaction that changes your contract.
 * @param text the event as it came; numbers above 2^53 stay whole.
 * @returns whether it is new.
 */
const keep = async (folder: string, identity: readonly string[], text: string): Promise<boolean> => {
  const name = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  const draft = join(folder, `${randomUUID()}.draft`);
  await writeFile(draft, text, { mode: 0o600, flush: true });
  try {
    // Never over a file that is there, and never half of one.
    await link(draft, join(folder, `${name}.json`));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(draft);
  }
};

const handle = async (folder: string, { MessageId, Body = '', ReceiptHandle }: Message): Promise<void> => {
  try {
    const identity = identityOf(Body);
    const isNew = await keep(folder, identity, Body);
    // Only now: what is deleted before it is kept is lost.
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    process.stdout.write(`${isNew ? 'new' : 'known'} ${identity.join(' ')}\n`);
  } catch (error) {
    // It comes again, and is a dead letter of your queue after some receives. No text of it: it may hold personal data.
    process.stderr.write(`message ${MessageId} stays: ${(error as Error).name}\n`);
  }
};

const hear = async (folder: string): Promise<never> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });
  for (;;) {
    try {
      const { Messages = [] } = await sqs.send(receive);
      await Promise.all(Messages.map((message) => handle(folder, message)));
    } catch (error) {
      process.stderr.write(`the queue cannot be read: ${(error as Error).name}\n`);
      await wait(1_000);
    }
  }
};

const [, , folder = ''] = process.argv;
await hear(folder);
