import { endpoint } from '../../functions/individual-contracts-pre-entrust-sign.ts';
import { exampleOf } from '../../lib/documents/endpoints.ts';
import { eventFor } from './etc.ts';

/** The endpoint whose launch is signed as well. */
export const PAYEE_BUNDLE = 'individual-contracts-pre-entrust-sign';

let asked = 0;
/** With a contract number of its own, for WeChat Pay takes each once. */
export const payeeEvent = () => {
  asked += 1;
  const example = exampleOf(endpoint.request) as object;
  return eventFor(endpoint.path, { ...example, out_contract_code: `bench-${asked}` });
};
