import { explain } from '../../explain.ts';
import { say } from '../../output.ts';
import { type Context, type DeadLettersCommand, plural } from './context.ts';
import { createEndMark, type EndMark, type Moved, moveBatch, sqsTime } from './move.ts';
import { findEndpointQueue, findQueues, type Queue } from './queues.ts';
import { createSweep } from './sweep.ts';
import { judge } from './verdict.ts';

/** How often a long redrive says how far it is. */
const PROGRESS_EVERY = 100;

const redriveQueue = async (
  { sqs, interrupted, terminal }: Context,
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
    sealed: 0,
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
      const judged = Object.groupBy(batch, ({ body }) => judge(endpoint, body).kind);
      result.unreadable += judged.unreadable?.length ?? 0;
      result.sealed += judged.sealed?.length ?? 0;
      const readable = [...(judged.valid ?? []), ...(judged.invalid ?? [])];
      await moveBatch({ sqs, target, sweep, mark }, readable, result);
      if (result.moved - said < PROGRESS_EVERY) continue;
      said = result.moved;
      say({ terminal }, `${name}: ${said} moved so far`);
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

const detailsOf = ({ unreadable, sealed, newer, not_sent, not_deleted, error }: Moved): string[] => [
  ...(unreadable > 0 ? [`left: ${unreadable} unreadable; purge them when they are explained`] : []),
  ...(sealed > 0
    ? [`left: ${sealed} sealed by EventBridge; enable the key of the bus, then have them sent again`]
    : []),
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

export const redrive: DeadLettersCommand = {
  help: `Moves dead letters and undelivered events to their endpoint's queue, apart from what nobody can read and from what came since it
began. Run it again at any time.`,
  changes: true,
  run: async (context) => {
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
  },
};
