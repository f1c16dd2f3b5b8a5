import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { required, YES } from '../../command.ts';
import { UsageError } from '../../explain.ts';
import type { Outcome } from '../../output.ts';
import { confirm } from '../../terminal.ts';
import { type Context, type DeadLettersCommand, ENDPOINT, plural } from './context.ts';
import { sqsTime } from './move.ts';
import { findQueues, type Queue, stateOf } from './queues.ts';
import { createSweep, type Message } from './sweep.ts';
import { judge } from './verdict.ts';

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
  await confirm(context, `${plural(ids.size)} that cannot be read will be deleted for good.`, {
    count: ids.size,
    signal: context.interrupted,
  });
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
  await confirm(
    context,
    `All dead letters of ${queue.endpoint.name} (about ${count}) will be deleted for good.`,
    {
      count,
      signal: context.interrupted,
    },
  );
  await context.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
  return {
    ok: true,
    lines: [`${queue.endpoint.name}: SQS is deleting all dead letters (about ${count}), within a minute`],
    json: { endpoint: queue.endpoint.name, approximate_count: count },
  };
};

export const purge: DeadLettersCommand = {
  help: `Deletes for good, after you have typed the number of messages: all dead letters of an endpoint, or of both its queues what nobody
can read.`,
  options: {
    endpoint: { ...ENDPOINT, text: "the endpoint, by its function's name" },
    unreadable: { text: 'only what nobody can read, of the dead letters and of the undelivered' },
    yes: YES,
  },
  changes: true,
  run: async (context, given) => {
    const { sqs, stage, endpoints, yes, terminal } = context;
    // Of one endpoint at a time, and of that only which somebody has named.
    required(given, 'endpoint');
    if (!yes && !terminal.input.isTTY)
      throw new UsageError('Deleting needs a terminal to confirm on, or --yes.');
    const queues = await findQueues(sqs, stage, endpoints);
    const dead = queues.find(({ kind }) => kind === 'dead-letters');
    if (given.options['unreadable'] !== undefined || dead === undefined)
      return purgeUnreadable(context, queues);
    return purgeAll(context, dead);
  },
};
