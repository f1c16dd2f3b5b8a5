import { wholeNumber } from './input.ts';
import { managingKey, requireManageable, requireSettled, seconds } from './operation.ts';

const DAY_MS = 86_400_000;

export const enableKey = managingKey((key) => {
  requireSettled(key);
  key.state = 'Enabled';
  return {};
});

export const disableKey = managingKey((key) => {
  requireSettled(key);
  key.state = 'Disabled';
  return {};
});

/** Here such a key stays so for ever: nobody waits a week for its end. */
export const scheduleKeyDeletion = managingKey((key, { input, now }) => {
  const days = wholeNumber(input, 'PendingWindowInDays', { min: 7, max: 30, otherwise: 30 });
  requireManageable(key);
  key.state = 'PendingDeletion';
  const DeletionDate = seconds(now + days * DAY_MS);
  return { KeyId: key.arn, DeletionDate, KeyState: key.state, PendingWindowInDays: days };
});
