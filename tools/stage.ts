import { UsageError } from './failure.ts';
import { say } from './output.ts';

export type Stage = { stage: string; stageGiven: boolean };

const DEFAULT = 'dev';

/** @throws UsageError unless it can be the name of a stage. */
export const parseStage = (given: string | undefined): Stage => {
  const stage = given ?? DEFAULT;
  if (!/^[A-Za-z0-9-]{1,32}$/.test(stage))
    throw new UsageError('--stage must be the name of a deployed stage: letters, digits and hyphens.');
  return { stage, stageGiven: given !== undefined };
};

/**
 * For a command that changes something: whoever did not name the stage sees it before anything happens.
 * @throws UsageError where nobody would see it.
 */
export const showStage = ({ stage, stageGiven }: Stage): void => {
  if (stageGiven) return;
  if (!process.stderr.isTTY)
    throw new UsageError(
      `--stage is missing: without a terminal to show it on, what changes something is not done on ${DEFAULT} by default.`,
    );
  say(`This changes stage ${stage}: no --stage was given.`);
};
