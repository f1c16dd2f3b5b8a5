import type { SQSClient } from '@aws-sdk/client-sqs';
import { explain } from '../explain.ts';
import { say } from '../output.ts';
import { type Command, type Context, plural } from './context.ts';
import { createEndMark, type EndMark, sqsTime } from './mark.ts';
import { findEndpointQueue, findQueues, type Queue } from './queues.ts';
import { chunks, send } from './send.ts';
import { createSweep, type Message, type Sweep } from './sweep.ts';
import { judge } from './verdict.ts';

/** How often a long redrive says how far it is. */
const PROGRESS_EVERY = 100;

type Moved = {
  endpoint: string;
  queue: Queue['kind'];
  moved: number;
  unreadable: number;
  /** What came to the queue since the run began, again or for the first time. */
  newer: number;
  /** By AWS's code. */
  not_sent: Record<string, number>;
  not_deleted: Record<string, number>;
  error?: string;
};

const tally = (counts: Record<string, number>, codes: Iterable<string>): void => {
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
};

const moveBatch = async (
  { sqs, target, sweep, mark }: { sqs: SQSClient; target: string; sweep: Sweep; mark: EndMark },
  batch: readonly Message[],
  result: Moved,
): Promise<void> => {
  for (const chunk of chunks(batch)) {
    const { notSent, ids } = await send(sqs, target, chunk);
    mark.sent(ids);
    tally(result.not_sent, notSent.values());
    const sent = chunk.filter(({ id }) => !notSent.has(id));
    if (sent.length === 0) continue;
    result.moved += sent.length;
    // Sent and then not deleted, it is there twice. The other way round it might be nowhere.
    const left = await sweep.remove(sent).catch((error: unknown) => {
      tally(
        result.not_deleted,
        sent.map(() => (error instanceof Error ? error.name : 'unknown')),
      );
      throw error;
    });
    tally(result.not_deleted, left.values());
  }
};

const redriveQueue = async (
  { sqs, interrupted }: Context,
  queue: Queue,
  target: string,
  mark: EndMark,
): Promise<Moved> => {
  const { endpoint, kind, name } = queue;
  const result: Moved = {
    endpoint: endpoint.name,
    queue: kind,
    moved: 0,
    unreadable: 0,
    newer: 0,
    not_sent: {},
    not_deleted: {},
  };
  const sweep = createSweep(sqs, queue.url, mark.isNewer);
  let said = 0;
  try {
    while (!interrupted.aborted) {
      const batch = await sweep.next();
      if (batch.length === 0) break;
      const readable = batch.filter(({ body }) => judge(endpoint, body).kind !== 'unreadable');
      result.unreadable += batch.length - readable.length;
      await moveBatch({ sqs, target, sweep, mark }, readable, result);
      if (result.moved - said < PROGRESS_EVERY) continue;
      said = result.moved;
      say(`${name}: ${said} moved so far`);
    }
  } catch (error) {
    result.error = explain(error);
  } finally {
    await sweep.release();
  }
  result.newer = sweep.passed();
  return result;
};

const total = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const byCode = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([code, count]) => `${code}: ${count}`)
    .join(', ');

const detailsOf = ({ unreadable, newer, not_sent, not_deleted, error }: Moved): string[] => [
  ...(unreadable > 0 ? [`left: ${unreadable} unreadable; purge them when they are explained`] : []),
  ...(newer > 0 ? [`left: ${newer} that died since this run began; see why, then run again`] : []),
  ...(total(not_sent) > 0 ? [`not moved: ${total(not_sent)} (${byCode(not_sent)}); run again`] : []),
  ...(total(not_deleted) > 0
    ? [
        `moved but also still here: ${total(not_deleted)} (${byCode(not_deleted)}); run again, twice is harmless`,
      ]
    : []),
  ...(error === undefined ? [] : [`stopped: ${error}`]),
];

const linesOf = (moved: Moved): string[] => [
  `${moved.endpoint} ${moved.queue}: ${plural(moved.moved)} moved`,
  ...detailsOf(moved).map((detail) => `  ${detail}`),
];

/** Moves dead letters and undelivered events to their endpoint's queue; what nobody can read stays. */
export const redrive: Command = async (context) => {
  const { sqs, stage, endpoints, interrupted } = context;
  const queues = await findQueues(sqs, stage, endpoints);
  const targets = new Map(
    await Promise.all(
      endpoints.map(async (endpoint) => [endpoint, await findEndpointQueue(sqs, stage, endpoint)] as const),
    ),
  );
  const mark = createEndMark(sqsTime(context));
  const results = await Promise.all(
    queues.map((queue) => redriveQueue(context, queue, targets.get(queue.endpoint) ?? '', mark)),
  );
  const notes = interrupted.aborted ? ['Interrupted: run again to move the rest.'] : [];
  const wholly = ({ not_sent, not_deleted, error }: Moved): boolean =>
    total(not_sent) + total(not_deleted) === 0 && error === undefined;
  return {
    ok: !interrupted.aborted && results.every(wholly),
    lines: results.flatMap(linesOf),
    notes,
    json: { queues: results },
  };
};
