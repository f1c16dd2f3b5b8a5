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

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';

const isEntry = (value: unknown): value is Entry => {
  if (!isObject(value)) return false;
  const { Time, Resources = [], EventBusName, Source, DetailType, Detail } = value;
  const texts = [EventBusName, Source, DetailType, Detail].every(isText);
  return (
    texts &&
    ['undefined', 'number'].includes(typeof Time) &&
    Array.isArray(Resources) &&
    Resources.every(isText)
  );
};

/**
 * The entries of a request's body.
 * @throws PutEventsError SerializationException for what is no request; ValidationException unless there are 1 to 10
 *   entries of less than 256 KiB together.
 */
export const readCall = (text: string): Entry[] => {
  const body = parse(text);
  const { Entries: entries = [] } = isObject(body) ? body : { Entries: undefined };
  if (!isObject(body) || !Array.isArray(entries) || !entries.every(isEntry)) {
    throw new PutEventsError('SerializationException', 'The request is not of the shape of PutEvents.');
  }
  if (entries.length < 1 || entries.length > 10) {
    const rule = `Member must have length ${entries.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10'}`;
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

const missing = (name: string): EntryError => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});

/** The event an entry makes, or why it is refused. The others of its call are none the worse for it. */
export const readEntry = (
  entry: Entry,
  about: { account: string; region: string; now: number },
): BusEvent | EntryError => {
  const { Source, DetailType, Detail, Resources = [], Time } = entry;
  if (!Source) return missing('Source');
  if (!DetailType) return missing('DetailType');
  if (!Detail) return missing('Detail');
  const detail = parse(Detail);
  if (!isObject(detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  if (Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
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
