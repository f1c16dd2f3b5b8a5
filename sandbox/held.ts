import type { CheckName } from './anatomy.ts';
import type { Answer, Call } from './types.ts';

/** Notes that the call has passed a check, unless it is refused; hands on the refusal. */
export function held(call: Call, check: CheckName, refusal: Answer | undefined): Answer | undefined {
  if (!refusal) call.passed.push(check);
  return refusal;
}
