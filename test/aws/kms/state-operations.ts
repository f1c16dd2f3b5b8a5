import { wholeNumber } from './input.ts';
import {
  managingKey,
  requireManageable,
  requirePendingDeletion,
  requireSettled,
  seconds,
} from './operation.ts';

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

export const scheduleKeyDeletion = managingKey((key, { input, now }) => {
  const days = wholeNumber(input, 'PendingWindowInDays', { min: 7, max: 30, otherwise: 30 });
  requireManageable(key);
  key.state = 'PendingDeletion';
  key.deletionAt = now + days * DAY_MS;
  return {
    KeyId: key.arn,
    DeletionDate: seconds(key.deletionAt),
    KeyState: key.state,
    PendingWindowInDays: days,
  };
});

/**
 * A saved key comes back disabled, never enabled: whoever wants to use it has to say so. One that has lost its
 * material meanwhile waits for it again: disabled, it could be enabled with nothing inside.
 */
export const cancelKeyDeletion = managingKey((key) => {
  requirePendingDeletion(key);
  key.state = key.material === undefined ? 'PendingImport' : 'Disabled';
  key.deletionAt = undefined;
  return { KeyId: key.arn };
});
