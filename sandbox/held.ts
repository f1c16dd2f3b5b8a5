import type { CheckName } from './anatomy.ts';
import type { Answer, Call } from './types.ts';

/** Notes whether the call has passed a check, and hands on the refusal. */
export function held(call: Call, check: CheckName, refusal: Answer | undefined): Answer | undefined {
  call.checks[check] = refusal ? 'failed' : 'passed';
  return refusal;
}
