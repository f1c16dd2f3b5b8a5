import { createHash } from 'node:crypto';
import type { SQSEvent } from 'aws-lambda';
import type { Endpoint } from '../../lib/endpoint.ts';
import { detailType, SOURCE } from '../../lib/events/contract.ts';
import { isObject, parseJson } from '../../sandbox/json.ts';
import { keepLast } from '../../sandbox/keep-last.ts';
import { moment } from '../../sandbox/moment.ts';
import type { Product, ProductLine, ProductReach, ProductSignature } from '../../sandbox/product/product.ts';
import type { BusEvent } from '../../test/aws/events/put-events.ts';
import type { Passed } from '../../test/aws/gateway.ts';
import type { KmsCall } from '../../test/aws/kms/calls.ts';
import { askedIn, outcomeOf, type Recorded, requestByApi, requestByEvent } from './recorded.ts';

export type Recorder = ReturnType<typeof createRecorder>;

/** A line that is longer, in characters, is none of a Lambda's, and nobody waits for its end. */
const LONGEST_LINE = 262_144;

/** Lists that keep their latest `keep`, and tell whoever listens that there is something new. */
const createLists = (keep: number) => {
  const requests: Recorded[] = [];
  const signatures: ProductSignature[] = [];
  const lines: ProductLine[] = [];
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const note = <T>(list: T[], item: T): void => {
    keepLast(list, item, keep);
    tell();
  };
  const clear = (): void => {
    for (const list of [requests, signatures, lines]) list.splice(0);
    tell();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { requests, signatures, lines, tell, note, clear, subscribe };
};

/**
 * What the stand-ins around the Lambdas see of a request, put down for WeChat Pay's console. They see all of it, so no
 * Lambda has to tell anything.
 * @param keep how many requests, signatures and lines are kept, of each.
 */
export const createRecorder = (endpoints: readonly Endpoint[], keep: number) => {
  const { requests, signatures, lines, tell, note, clear, subscribe } = createLists(keep);
  let count = 0;
  let begun = '';
  let reach: ProductReach | undefined;

  const begin = (endpoint: Endpoint, id: string, body: unknown): Recorded => {
    const request = { n: ++count, ...requestByEvent(endpoint, id, body) };
    note(requests, request);
    return request;
  };
  /** Two may ask under one id: whoever came first hears first. */
  const findOpen = ({ path }: Endpoint, id: string): Recorded | undefined =>
    requests.find((one) => one.way === 'event' && one.target === path && one.id === id && !one.outcome);

  const product: Product = {
    reach: () => reach,
    requests: () => requests,
    signatures: () => signatures,
    lines: () => lines,
    clear,
    subscribe,
  };

  return {
    product,
    /** From now on the product can be asked. */
    connect: (to: ProductReach): void => {
      reach = to;
      tell();
    },
    onPassed: (passed: Passed): void => note(requests, { n: ++count, ...requestByApi(passed) }),
    onKms: ({ keyArn: key = '', message, messageType, signature }: KmsCall): void => {
      if (signature === undefined || message === undefined) return;
      const isDigest = messageType === 'DIGEST';
      const digest = isDigest ? message : createHash('sha256').update(message).digest();
      note(signatures, { at: moment(), key, digest: digest.toString('hex'), signature });
    },
    /** A request on the bus, or an outcome of ours. */
    onEvent: ({ source, 'detail-type': type, detail }: BusEvent): void => {
      const { request_id: id, body } = detail;
      if (typeof id !== 'string') return;
      const asked = endpoints.find((one) => type === detailType(one, 'Requested'));
      if (asked && source !== SOURCE) begin(asked, id, body);
      const told = endpoints.find((one) =>
        [detailType(one, 'Succeeded'), detailType(one, 'Failed')].includes(type),
      );
      const request = told && source === SOURCE ? findOpen(told, id) : undefined;
      if (request) request.outcome = outcomeOf(type, detail);
      tell();
    },
    /** Messages on their way to a Lambda. One that came by no event was sent to the queue. */
    onHanded: (endpoint: Endpoint, { Records }: SQSEvent): void => {
      for (const asked of Records.flatMap(({ body }) => askedIn(endpoint, body))) {
        const request = findOpen(endpoint, asked.request_id) ?? begin(endpoint, asked.request_id, asked.body);
        request.handedAt.push(moment());
      }
      tell();
    },
    /** In pieces, as it is printed. */
    onOutput: (text: string): void => {
      const [rest = '', ...whole] = (begun + text).split('\n').reverse();
      begun = rest.length > LONGEST_LINE ? '' : rest;
      for (const line of whole.reverse()) {
        const entry = parseJson(line);
        if (isObject(entry)) note(lines, { at: moment(), entry });
      }
    },
  };
};
