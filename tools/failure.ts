/** The command was given wrongly: status 2. Its message never repeats what was given, which may be a secret. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do what it is for: status 1. Its message says what to do next. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
