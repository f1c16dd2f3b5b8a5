import type { Endpoint } from '../../../lib/endpoint.ts';
import { PresignError } from '../../../lib/errors.ts';
import { isMchid, isRequestId, requestedDetail } from '../../../lib/events/contract.ts';
import { type Asked, readMessage } from '../../../lib/events/message.ts';
import { say } from '../../../lib/language.ts';
import { withoutBom } from '../../../lib/text.ts';
import { checkBody } from '../../../lib/validate.ts';

/** What our own code makes of a message; nothing in it is a submitted value, request_id and mchid aside. */
export type Verdict = {
  kind: 'unreadable' | 'sealed' | 'invalid' | 'valid';
  why: string;
  request_id: string | undefined;
  mchid: string | undefined;
};

/** What is wrong with a message, each with its place. */
const wrongs = (thrown: unknown): { field: string | undefined; issue: string }[] => {
  if (!(thrown instanceof PresignError)) throw thrown;
  return [thrown.detail ?? []].flat().map(({ field, issue = '' }) => ({ field, issue: say(issue, 'en') }));
};

const invalid = (endpoint: Endpoint, asked: Asked): string | undefined => {
  try {
    checkBody(requestedDetail(endpoint), asked);
    return undefined;
  } catch (thrown) {
    return wrongs(thrown)
      .map(({ field, issue }) => `${field || '/'} ${issue}`)
      .join('; ');
  }
};

/**
 * Whether EventBridge has kept an event that it could not decrypt, sealed, in one of its own:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-dlq-decrypt.html
 */
const isSealed = (text: string): boolean => {
  try {
    const event = JSON.parse(withoutBom(text)) as Record<string, unknown>;
    return event['source'] === 'aws.events' && event['detail-type'] === 'Encrypted Events';
  } catch {
    return false;
  }
};

const SEALED =
  'sealed: EventBridge could not decrypt it: enable the key of the bus, then have its sender send it again';

const read = (endpoint: Endpoint, text: string): Verdict => {
  let asked: Asked;
  try {
    asked = readMessage(endpoint, text);
  } catch (thrown) {
    const nobody = { request_id: undefined, mchid: undefined };
    if (isSealed(text)) return { kind: 'sealed', why: SEALED, ...nobody };
    return { kind: 'unreadable', why: `unreadable: ${wrongs(thrown)[0]?.issue}`, ...nobody };
  }
  // What is no proper id may be anything, a name too.
  const request_id = isRequestId(asked.request_id) ? asked.request_id : undefined;
  const mchid = isMchid(asked.mchid) ? asked.mchid : undefined;
  const wrong = invalid(endpoint, asked);
  return wrong === undefined
    ? { kind: 'valid', why: 'valid: it failed for a passing reason', request_id, mchid }
    : { kind: 'invalid', why: `invalid: ${wrong}`, request_id, mchid };
};

/**
 * Reads and validates a message as the endpoint's Lambda does. A defect of ours is said of the message it shows in, by
 * name alone, and keeps nobody from the others; such a message is moved, and never purged as unreadable.
 */
export const judge = (endpoint: Endpoint, text: string): Verdict => {
  try {
    return read(endpoint, text);
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : typeof thrown;
    const why = `invalid: it could not be checked (${name}), which is a defect of this tool`;
    return { kind: 'invalid', why, request_id: undefined, mchid: undefined };
  }
};
