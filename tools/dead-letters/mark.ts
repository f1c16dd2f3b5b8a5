import type { Context } from './context.ts';
import type { Message } from './sweep.ts';

/**
 * The time by SQS's clock, once a call has been answered: the SDK keeps how far ours is from the answer's Date, which
 * leaves out fractions of a second.
 */
export const sqsTime = ({ sqs, now }: Pick<Context, 'sqs' | 'now'>): number =>
  now() + sqs.config.systemClockOffset + 999;

/** Where a run ends: what has died meanwhile would die again and again, and it waits for the next run. */
export type EndMark = { sent: (ids: readonly string[]) => void; isNewer: (message: Message) => boolean };

/**
 * A message that SQS moves to the dead letters keeps the time it was sent (SQS developer guide, "Setting-up dead-letter
 * queue retention"). That it keeps its id, too, is assumed; it settles what two clocks that differ leave open.
 */
export const createEndMark = (began: number): EndMark => {
  const own = new Set<string>();
  return {
    sent: (ids) => {
      for (const id of ids) own.add(id);
    },
    isNewer: ({ id, sentAt }) => own.has(id) || sentAt > began,
  };
};
