import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { Failure, UsageError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { ask } from '../question.ts';
import { type Command, type Context, plural } from './context.ts';
import { sqsTime } from './mark.ts';
import { findQueues, type Queue, stateOf } from './queues.ts';
import { createSweep, type Message } from './sweep.ts';
import { judge } from './verdict.ts';

/** Asks for the number of what will be lost: a yes is typed out of habit. */
const confirmCount = async ({ terminal, yes, interrupted }: Context, what: string, count: number) => {
  if (yes) return;
  const question = `${what} will be deleted for good. Type the number ${count} to go on:`;
  const typed = await ask(terminal, question, interrupted);
  if (typed !== String(count)) throw new Failure('nothing was deleted');
};

const ended = (queues: readonly Queue[], deleted: number, left = 0): Outcome => ({
  ok: left === 0,
  lines: [
    `${queues[0]?.endpoint.name}: ${plural(deleted)} deleted${left > 0 ? `, ${left} not: run again` : ''}`,
  ],
  json: { endpoint: queues[0]?.endpoint.name, deleted, not_deleted: left },
});

/** Goes through a queue, shows `act` what nobody can read, and lets go of the rest. */
const sweepUnreadable = async (
  { sqs, interrupted }: Context,
  { url, endpoint }: Queue,
  passesOver: (message: Message) => boolean,
  act: (unreadable: Message[], remove: ReturnType<typeof createSweep>['remove']) => Promise<void>,
): Promise<void> => {
  const sweep = createSweep(sqs, url, passesOver);
  try {
    while (!interrupted.aborted) {
      const batch = await sweep.next();
      if (batch.length === 0) break;
      await act(
        batch.filter(({ body }) => judge(endpoint, body).kind === 'unreadable'),
        sweep.remove,
      );
    }
  } finally {
    await sweep.release();
  }
};

/** Two ways through: only what was counted, and so confirmed, is deleted. */
const purgeUnreadable = async (context: Context, queues: readonly Queue[]): Promise<Outcome> => {
  const ids = new Set<string>();
  const began = sqsTime(context);
  for (const queue of queues)
    await sweepUnreadable(
      context,
      queue,
      ({ sentAt }) => sentAt > began,
      async (messages) => {
        for (const { id } of messages) ids.add(id);
      },
    );
  if (ids.size === 0) return ended(queues, 0);
  await confirmCount(context, `${plural(ids.size)} that cannot be read`, ids.size);
  let deleted = 0;
  for (const queue of queues)
    await sweepUnreadable(
      context,
      queue,
      ({ id }) => !ids.has(id),
      async (messages, remove) => {
        if (messages.length > 0) deleted += messages.length - (await remove(messages)).size;
      },
    );
  return ended(queues, deleted, ids.size - deleted);
};

const purgeAll = async (context: Context, queue: Queue): Promise<Outcome> => {
  const { approximateCount: count } = await stateOf(context.sqs, queue);
  if (count === 0)
    return {
      ok: true,
      lines: [`${queue.endpoint.name}: SQS counts no dead letter, so none was deleted`],
      json: { endpoint: queue.endpoint.name, approximate_count: 0 },
    };
  await confirmCount(context, `All dead letters of ${queue.endpoint.name} (about ${count})`, count);
  await context.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
  return {
    ok: true,
    lines: [`${queue.endpoint.name}: SQS is deleting all dead letters (about ${count}), within a minute`],
    json: { endpoint: queue.endpoint.name, approximate_count: count },
  };
};

/** Deletes for good: all dead letters of an endpoint, or of both its queues what nobody can read. */
export const purge: Command = async (context) => {
  const { sqs, stage, endpoints, unreadable, yes, terminal } = context;
  if (!yes && !terminal.input.isTTY)
    throw new UsageError('Deleting needs a terminal to confirm on, or --yes.');
  const queues = await findQueues(sqs, stage, endpoints);
  const dead = queues.find(({ kind }) => kind === 'dead-letters');
  if (unreadable || dead === undefined) return purgeUnreadable(context, queues);
  return purgeAll(context, dead);
};
