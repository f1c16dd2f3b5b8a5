import { randomUUID } from 'node:crypto';

/** An event as rules and targets see it. */
export type BusEvent = {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** ISO 8601, whole seconds. */
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
};

export type Entry = {
  EventBusName?: string;
  Source?: string;
  DetailType?: string;
  Detail?: string;
  Resources?: string[];
  /** Seconds since the epoch. */
  Time?: number;
};

export type EntryError = { ErrorCode: string; ErrorMessage: string };
export type EntryResult = { EventId: string } | EntryError;

const MAX_BYTES = 256 * 1024;

/** A call that is refused as a whole. */
export class PutEventsError extends Error {
  override readonly name = 'PutEventsError';
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** As EventBridge reckons it: a time is 14 bytes, the rest its UTF-8. */
const sizeOf = ({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number =>
  (Time === undefined ? 0 : 14) +
  [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** @throws PutEventsError ValidationException unless there are 1 to 10 entries of less than 256 KiB together. */
export const checkCall = (body: { Entries?: Entry[] }): Entry[] => {
  const { Entries: entries } = body;
  if (!Array.isArray(entries) || entries.length < 1 || entries.length > 10) {
    const rule = 'Member must have length less than or equal to 10 and greater than or equal to 1';
    throw new PutEventsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: ${rule}`,
    );
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= MAX_BYTES)
    throw new PutEventsError(
      'ValidationException',
      'Total size of the entries in the request is over the limit.',
    );
  return entries;
};

const detailOf = (text: string): Record<string, unknown> | undefined => {
  try {
    const detail: unknown = JSON.parse(text);
    const isObject = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
    return isObject ? (detail as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

const missing = (name: string): EntryError => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});

/** The event an entry makes, or why it is refused. The others of its call are none the worse for it. */
export const readEntry = (
  entry: Entry,
  about: { bus: string; account: string; region: string; now: number },
): BusEvent | EntryError => {
  const { Source, DetailType, Detail, Resources = [], Time } = entry;
  if (!Source) return missing('Source');
  if (!DetailType) return missing('DetailType');
  if (!Detail) return missing('Detail');
  const detail = detailOf(Detail);
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  if (Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if (entry.EventBusName !== about.bus) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: `Event bus ${entry.EventBusName} does not exist.` };
  }
  const time = new Date(Time === undefined ? about.now : Time * 1000);
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account: about.account,
    time: time.toISOString().replace(/\.\d{3}/, ''),
    region: about.region,
    resources: Resources,
    detail,
  };
};
