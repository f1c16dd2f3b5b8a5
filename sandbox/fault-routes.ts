import { ControlRefusal } from './control-refusal.ts';
import type { Routes } from './control-routes.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { FaultOptions, Faults } from './faults.ts';
import { isObject, parseJson } from './json.ts';
import { SIGNATURE_HEADERS } from './scheme.ts';
import type { ToldFault } from './told.ts';

type Check = (value: unknown) => boolean;
type Members = Readonly<Record<string, { readonly check: Check; readonly required?: true }>>;

const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const text: Check = (value) => typeof value === 'string';
const status: Check = (value) => Number.isInteger(value) && Number(value) >= 400 && Number(value) <= 599;
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const need = (check: Check) => ({ check, required: true }) as const;

const AFTER: Members = { retryAfter: { check: count } };

/** What a fault of each kind takes, as in fault.ts. */
const KINDS: Readonly<Record<FaultKind, Members>> = {
  latency: { ms: need(count) },
  'rate-limit': AFTER,
  'system-error': {},
  unavailable: AFTER,
  'error-page': { status: need(oneOf(500, 502)) },
  refuse: {
    status: need(status),
    code: need(text),
    message: need(text),
    detail: { check: () => true },
    signed: { check: oneOf(true, false) },
    requestId: { check: (value) => text(value) && /^[\x21-\x7e]+$/.test(`${value}`) },
  },
  reset: {},
  hang: {},
  'reset-after': {},
  'hang-after': {},
  'truncated-body': {},
  'bad-signature': {},
  signtest: {},
  'unknown-serial': {},
  'stale-timestamp': { direction: { check: oneOf('past', 'future') }, seconds: { check: count } },
  'missing-headers': {
    names: {
      check: (value) => Array.isArray(value) && value.every((name) => oneOf(...SIGNATURE_HEADERS)(name)),
    },
  },
  'wrong-signature-type': {},
  'altered-body': {},
  'wrong-shape': { body: need(text) },
  'oversized-body': { bytes: { check: count }, chunked: { check: oneOf(true, false) } },
  'no-content': {},
  'request-id': { id: need((value) => text(value) && /^[\x21-\x7e]+$/.test(`${value}`)) },
};
const KIND_NAMES = Object.keys(KINDS);

/** Which calls it meets, and how many of them; `times: null` is until DELETE. */
const WHICH: Members = {
  times: { check: (value) => value === null || (count(value) && value !== 0) },
  rate: { check: (value) => typeof value === 'number' && value > 0 && value <= 1 },
  mchid: { check: (value) => /^\d{8,12}$/.test(`${value}`) },
};

export const faultRoutes = (faults: Faults): Routes => ({
  'GET faults': (): ToldFault[] =>
    faults.waiting().map(({ fault, left }) => ({ ...fault, left: left === Infinity ? null : left })),
  'POST faults': ({ body }) => {
    const { fault, options } = readFault(parseJson(body));
    faults.add(fault, options);
    return undefined;
  },
  'PUT faults': ({ body }) => {
    const { fault } = readFault({ kind: body.trim() });
    faults.clear();
    faults.add(fault, { times: Infinity });
    return undefined;
  },
  'DELETE faults': () => void faults.clear(),
});

function readFault(value: unknown): { fault: Fault; options: FaultOptions } {
  const { kind, times = 1, rate = 1, mchid, ...rest } = isObject(value) ? value : {};
  const members =
    typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind as FaultKind] : undefined;
  if (!members) throw new ControlRefusal(400, 'word.unknown', { words: KIND_NAMES.join(', ') });
  const given = { times, rate, ...(mchid === undefined ? {} : { mchid }), ...rest };
  const wrong = wrongMember({ ...WHICH, ...members }, given);
  if (wrong !== undefined) throw new ControlRefusal(400, 'fault.member', { name: wrong });
  return {
    // Each member was held against the kind's own.
    fault: { kind, ...rest } as unknown as Fault,
    options: {
      times: times === null ? Infinity : Number(times),
      rate: Number(rate),
      ...(mchid === undefined ? {} : { match: (call) => call.mchid === mchid }),
    },
  };
}

function wrongMember(members: Members, given: Readonly<Record<string, unknown>>): string | undefined {
  const missing = Object.keys(members).find((name) => members[name]?.required && !Object.hasOwn(given, name));
  return missing ?? Object.keys(given).find((name) => !members[name]?.check(given[name]));
}
