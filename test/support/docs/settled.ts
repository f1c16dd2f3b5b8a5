import type { SignUp } from '../../../lib/compose/endpoint.ts';
import { exampleOf } from '../../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../../lib/endpoint.ts';
import { fault, type PresignError } from '../../../lib/errors.ts';
import type { EventKind } from '../../../lib/events/contract.ts';
import type { Remember } from '../../../lib/events/outcomes.ts';
import { createSettle, type Detail } from '../../../lib/events/settle.ts';

/** How WeChat Pay and the memory of outcomes behave; as good as can be, unless told otherwise. */
export type World = { signUp?: SignUp; remember?: Remember };

const remembering: Remember = async (_, decide) => ({ outcome: await decide(), replayed: false });
export const reused: Remember = async () => {
  throw fault('REQUEST_ID_REUSED', 'request_id_reused');
};
export const throwing =
  (error: PresignError): SignUp =>
  async () => {
    throw error;
  };

/** The outcome that is published of a request. */
export const endOf = async (
  endpoint: Endpoint,
  asked: Detail,
  { signUp, remember = remembering }: World,
): Promise<{ kind: EventKind; detail: Record<string, unknown> }> => {
  const published: { kind: EventKind; detail: Record<string, unknown> }[] = [];
  const succeed: SignUp = async ({ mchid = '' }) => ({
    mchid,
    response: exampleOf(endpoint.response) as object,
    requestId: 'wx-1',
  });
  const settle = createSettle({
    endpoint,
    defaultMchid: undefined,
    signUp: signUp ?? succeed,
    publish: async (correlation, outcome) => {
      const kind = 'response' in outcome ? 'Succeeded' : 'Failed';
      published.push({ kind, detail: { ...correlation, ...outcome } });
    },
  });
  await settle(asked, remember, { remainingMs: () => 1_000, signal: new AbortController().signal });
  const [end, ...others] = published;
  if (end === undefined || others.length > 0) throw new Error(`${published.length} outcomes were published`);
  return end;
};
