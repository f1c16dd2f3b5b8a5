import type { Endpoint } from '../../../lib/endpoint.ts';
import { prefixOf } from './queues.ts';

/** Ids of one query: Logs Insights takes 10,000 characters. */
const QUERY_IDS = 50;

/** Ids that need no escaping in a query; the caller chose them. */
const isPlain = (id: string): boolean => /^[\w.:/@+=-]+$/.test(id);

type Named = { message_id: string; request_id: string | null };

/** Where the Lambda has said why these messages failed: to paste into CloudWatch Logs Insights. */
export type Logs = { log_group: string; query: string };

const queryFor = (named: readonly Named[]): string => {
  const requests: string[] = [];
  const messages: string[] = [];
  for (const { request_id: id, message_id } of named) {
    if (id !== null && isPlain(id)) requests.push(`"${id}"`);
    else messages.push(`"${message_id}"`);
  }
  const either = [
    ...(requests.length > 0 ? [`request_id in [${requests.join(', ')}]`] : []),
    ...(messages.length > 0 ? [`message_id in [${messages.join(', ')}]`] : []),
  ];
  return `fields @timestamp, request_id, reason, code, cause | filter message = "pre-sign dead-lettered" and (${either.join(' or ')}) | sort @timestamp desc`;
};

export const logsOf = (stage: string, endpoint: Pick<Endpoint, 'name'>, named: readonly Named[]): Logs => ({
  log_group: `/aws/lambda/${prefixOf(stage, endpoint)}`,
  query: queryFor(named),
});

/** The same for a person: few queries for many messages. */
export const logQueries = (
  stage: string,
  { endpoint, messages }: { endpoint: string; messages: readonly (Named & { logs?: Logs })[] },
): string[] => {
  const logged = messages.filter(({ logs }) => logs !== undefined);
  const [first] = logged;
  if (first?.logs === undefined) return [];
  const lines = [
    `Why the valid ones failed, in CloudWatch Logs Insights, log group ${first.logs.log_group}:`,
  ];
  for (let at = 0; at < logged.length; at += QUERY_IDS)
    lines.push(logsOf(stage, { name: endpoint }, logged.slice(at, at + QUERY_IDS)).query);
  return lines;
};
