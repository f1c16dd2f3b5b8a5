/** What of a request to SQS has to do with time. */
type Timed = { VisibilityTimeout?: number; DelaySeconds?: number };
export type TimedRequest = Timed & { QueueUrl?: string; Entries?: Timed[] };

const MAX_SECONDS = 43_200;

/** A number that SQS would refuse stays as it is, to be refused. */
const shorten = (timed: Timed, name: keyof Timed, hurry: number): void => {
  const seconds = timed[name];
  if (seconds !== undefined && seconds >= 0 && seconds <= MAX_SECONDS) timed[name] = seconds / hurry;
};

/**
 * Makes the seconds of a request `hurry` times as short, in place. fauxqs takes fractions in requests, but not as a
 * queue's own visibility time-out: that one, `visibilityOf`, goes along with every receive that names none. It is
 * undefined for the dead letters, which people look at, for whom time passes as ever.
 */
export const hurryUp = (
  operation: string,
  request: TimedRequest,
  hurry: number,
  visibilityOf: (queueName: string) => number | undefined,
): void => {
  const own = visibilityOf(request.QueueUrl?.split('/').at(-1) ?? '');
  if (own === undefined) return;
  if (operation === 'ReceiveMessage') request.VisibilityTimeout ??= own;
  for (const timed of [request, ...(request.Entries ?? [])]) {
    shorten(timed, 'VisibilityTimeout', hurry);
    shorten(timed, 'DelaySeconds', hurry);
  }
};
