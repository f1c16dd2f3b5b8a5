import { randomUUID } from 'node:crypto';
import type { ContractEndpoint } from '../../lib/contract-endpoint.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { ProductReach } from '../../sandbox/product/product.ts';
import type { Events } from '../../test/aws/events/events.ts';
import type { SendToApi } from './call.ts';

/** How WeChat Pay's console asks the product. */
export const reachOf = (
  { url, send }: { url: string; send: SendToApi },
  { ask }: Pick<Events, 'ask'>,
  endpoints: readonly Endpoint[],
  contractEndpoints: readonly ContractEndpoint[],
): ProductReach => ({
  url,
  endpoints: [
    ...endpoints.map(({ name, path }) => ({ name, method: 'POST', path, byEvent: true })),
    ...contractEndpoints.map(({ name, method, path }) => ({ name, method, path, byEvent: false })),
  ],
  call: ({ method, target, body }) => send(method, target, body),
  publish: async (name, body) => {
    const id = `console-${randomUUID()}`;
    await ask(name, { request_id: id, body });
    return id;
  },
});
