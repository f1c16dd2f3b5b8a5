import type { Given } from '../../command.ts';
import { explain, UsageError } from '../../explain.ts';
import { table } from '../../output.ts';
import { type Context, type DeadLettersCommand, plural } from './context.ts';
import { logQueries, logsOf } from './logs.ts';
import { findQueues, type Queue, type QueueState, stateOf } from './queues.ts';
import { createSweep, type Message } from './sweep.ts';
import { judge, type Verdict } from './verdict.ts';

const DAY_MS = 86_400_000;
const HEADINGS = ['REQUEST_ID', 'MCHID', 'SENT', 'DAYS LEFT', 'RECEIVES', 'WHY'];

/** EventBridge's codes are words; anything else was not written by EventBridge. */
const codeOf = ({ errorCode = '' }: Message): string =>
  /^[A-Z]+(_[A-Z]+)*$/.test(errorCode) && errorCode.length <= 64 ? errorCode : 'no known ERROR_CODE';

const whyOf = ({ kind }: Queue, message: Message, verdict: Verdict): string => {
  if (kind === 'dead-letters') return verdict.why;
  const undelivered = `undelivered: ${codeOf(message)}`;
  return verdict.kind === 'valid' ? undelivered : `${undelivered}; ${verdict.why}`;
};

const describe = ({ stage, now }: Context, queue: Queue, { retentionMs }: QueueState) => {
  return (message: Message) => {
    const verdict = judge(queue.endpoint, message.body);
    const named = { message_id: message.id, request_id: verdict.request_id ?? null };
    const left = Math.max(0, (message.sentAt + retentionMs - now()) / DAY_MS);
    const logged = queue.kind === 'dead-letters' && verdict.kind === 'valid';
    return {
      ...named,
      mchid: verdict.mchid ?? null,
      sent_at: new Date(message.sentAt).toISOString(),
      days_left: Math.floor(left * 10) / 10,
      receives: message.receives,
      why: whyOf(queue, message, verdict),
      ...(logged && { logs: logsOf(stage, queue.endpoint, [named]) }),
    };
  };
};
type Row = ReturnType<ReturnType<typeof describe>>;

type Listed = {
  endpoint: string;
  queue: Queue['kind'];
  approximate_count: number;
  /** Whether `messages` is all that could be found. */
  complete: boolean;
  messages: Row[];
};
type Failed = { endpoint: string; queue: Queue['kind']; error: string };

const listQueue = async (context: Context, queue: Queue, limit: number): Promise<Listed> => {
  const { sqs, interrupted } = context;
  const state = await stateOf(sqs, queue);
  const sweep = createSweep(sqs, queue.url);
  const found: Message[] = [];
  let complete = false;
  try {
    while (!complete && found.length <= limit && !interrupted.aborted) {
      const batch = await sweep.next();
      found.push(...batch);
      complete = batch.length === 0;
    }
  } finally {
    await sweep.release();
  }
  const rows = found.slice(0, limit).map(describe(context, queue, state));
  return {
    endpoint: queue.endpoint.name,
    queue: queue.kind,
    approximate_count: state.approximateCount,
    complete,
    messages: rows.sort((one, other) => one.sent_at.localeCompare(other.sent_at)),
  };
};

const cells = (row: Row): string[] => [
  row.request_id ?? '-',
  row.mchid ?? '-',
  row.sent_at.slice(0, 16),
  row.days_left.toFixed(1),
  String(row.receives),
  row.why,
];

const heading = (listed: Listed): string => {
  const { approximate_count: about, complete, messages } = listed;
  const title = `${listed.endpoint} ${listed.queue}`;
  if (!complete) return `${title}: ${plural(messages.length)} of about ${about} (SQS's own count)`;
  const aside = about === messages.length ? '' : ` (SQS's own count, which may be a minute old: ${about})`;
  return `${title}: ${plural(messages.length)}${aside}`;
};

const linesOf =
  (stage: string) =>
  (listed: Listed | Failed): string[] => {
    if ('error' in listed) return [`${listed.endpoint} ${listed.queue}: could not be read`];
    const rows = listed.messages.length > 0 ? table([HEADINGS, ...listed.messages.map(cells)]) : [];
    return [
      heading(listed),
      ...rows.map((row) => `  ${row}`),
      ...logQueries(stage, listed).map((line) => `  ${line}`),
    ];
  };

const limitOf = ({ options: { limit = '100' } }: Given): number => {
  if (/^[1-9]\d{0,4}$/.test(limit)) return Number(limit);
  throw new UsageError('--limit must be a number from 1 to 99999.');
};

export const list: DeadLettersCommand = {
  help: `Shows the messages of all queues with the reason why they are there, and leaves them there. Status 1 when a queue could not be
read.`,
  options: { limit: { value: 'NUMBER', text: 'messages shown of each queue (default: 100)' } },
  changes: false,
  run: async (context, given) => {
    const { sqs, stage, endpoints, interrupted } = context;
    const limit = limitOf(given);
    const queues = await findQueues(sqs, stage, endpoints);
    const work = queues.map((queue) =>
      listQueue(context, queue, limit).catch((error: unknown): Failed => {
        return { endpoint: queue.endpoint.name, queue: queue.kind, error: explain(error) };
      }),
    );
    const listed = await Promise.all(work);
    const notes = listed.flatMap((one) => {
      if ('error' in one) return [`${one.endpoint} ${one.queue}: ${one.error}`];
      if (one.complete || interrupted.aborted) return [];
      return [`${one.endpoint} ${one.queue} has more than ${plural(limit)}: raise --limit to see them.`];
    });
    if (interrupted.aborted) notes.push('Interrupted: this is not all.');
    const ok = !interrupted.aborted && listed.every((one) => !('error' in one));
    return { ok, lines: listed.flatMap(linesOf(stage)), notes, json: { queues: listed } };
  },
};
