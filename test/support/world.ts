import { setTimeout as sleep } from 'node:timers/promises';
import { expect, jest } from '@jest/globals';
import { endpointsIn, exampleOf } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { REASONS } from '../../lib/errors.ts';
import type { Stack } from '../aws/stack.ts';
import { requireStandIns } from '../aws/stand-ins.ts';
import type { Answer } from './lambda.ts';

export const AWS_REQUEST_ID = '00000000-0000-4000-8000-000000000001';

/** @throws Error when there is no such endpoint. */
export const named = (endpoints: readonly Endpoint[], name: string): Endpoint => {
  const endpoint = endpoints.find((one) => one.name === name);
  if (endpoint === undefined) throw new Error(`no endpoint ${name}`);
  return endpoint;
};

/** `etc` has no business key at WeChat Pay: a retry that encrypted again would be a second pre-sign. */
export const loadEndpoints = async () => {
  const all = await endpointsIn();
  requireStandIns(all);
  return {
    all,
    etc: named(all, 'vehicleEtcPreopen'),
    campus: named(all, 'eduschoolpayContractsPresign'),
    payee: named(all, 'individualContractsPreEntrustSign'),
  };
};

let contracts = 0;

/** The endpoint's example, with a contract number nobody has used before where it has one. */
export const bodyFor = (endpoint: Endpoint, change: object = {}): Record<string, unknown> => {
  const example = exampleOf(endpoint.request) as Record<string, unknown>;
  contracts += 1;
  const fresh = 'out_contract_code' in example ? { out_contract_code: String(20_260_000 + contracts) } : {};
  return { ...example, ...fresh, ...change };
};

export type LogLine = Readonly<Record<string, unknown>>;

/** Powertools writes to process.stdout itself, behind jest's console. What is not JSON is let through. */
export const captureLogs = () => {
  const lines: LogLine[] = [];
  const spies = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream);
    return jest.spyOn(stream, 'write').mockImplementation((chunk, ...rest) => {
      const text = String(chunk);
      if (!text.startsWith('{')) return write(chunk, ...(rest as []));
      for (const line of text.trim().split('\n')) lines.push(JSON.parse(line) as LogLine);
      return true;
    });
  });
  const saying = (...messages: string[]) => lines.filter(({ message }) => messages.includes(String(message)));
  return {
    lines: lines as readonly LogLine[],
    /** How each pre-sign ended. */
    ends: () => saying('pre-sign succeeded', 'pre-sign refused', 'pre-sign failed'),
    /** The reason of the last pre-sign that did not succeed. */
    reason: () => saying('pre-sign refused', 'pre-sign failed').at(-1)?.['reason'],
    attemptsFailed: () => saying('attempt failed'),
    /** Their reasons; each names its merchant, or an operator would not know where to look. */
    refreshFailures: () =>
      saying('merchant refresh failed').map(({ reason, mchid }) => {
        if (typeof mchid !== 'string') throw new Error(`no merchant in the line that says ${reason}`);
        return reason;
      }),
    /** Metric names written so far. */
    metrics: () => lines.filter((line) => '_aws' in line).flatMap((line) => Object.keys(line)),
    clear: () => void lines.splice(0),
    stop: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
};
export type Logs = ReturnType<typeof captureLogs>;

/** Pre-signs that WeChat Pay was asked for since the last `clear()`, retries included; certificate downloads aside. */
export const attempts = ({ wechatpay }: Stack) => wechatpay.calls.filter(({ method }) => method === 'POST');
export const downloads = ({ wechatpay }: Stack) => wechatpay.calls.filter(({ method }) => method === 'GET');

/** The pre-sign that WeChat Pay's answer names. */
export const presignOf = ({ wechatpay }: Stack, response: object) =>
  wechatpay.presigns.find(({ id }) => Object.values(response).includes(id));

/** What holds for every attempt of one pre-sign after the first: the same bytes, signed anew. */
export const expectSameBytesSignedAnew = (stack: Stack): void => {
  const calls = attempts(stack);
  const distinct = (values: readonly (string | undefined)[]) => new Set(values).size;
  expect(distinct(calls.map(({ body }) => body.toString('base64')))).toBe(1);
  expect(distinct(calls.map(({ platformSerial }) => platformSerial))).toBe(1);
  expect(distinct(calls.map(({ nonce }) => nonce))).toBe(calls.length);
  expect(distinct(calls.map(({ headers }) => headers['authorization']))).toBe(calls.length);
};

/** What holds for every answer, whatever happened. */
export const expectDocumented = ({ status, headers, json, text }: Answer): void => {
  expect(headers).toMatchObject({
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'Request-ID': expect.stringMatching(/^\S+$/),
  });
  expect(REASONS.filter((reason) => reason.includes('_') && text.includes(reason))).toEqual([]);
  if (status === 200) return;
  expect(status).toBeGreaterThanOrEqual(400);
  const { detail, ...rest } = json;
  expect(rest).toEqual({ code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/), message: expect.any(String) });
  const details = detail === undefined ? [] : [detail].flat();
  const members = details.flatMap((one) => Object.entries(one as object));
  const documented = ['field', 'issue', 'location'];
  expect(members.filter(([name, value]) => !documented.includes(name) || typeof value !== 'string')).toEqual(
    [],
  );
};

/** An error of our own or one passed on, in the documented shape. */
export const expectError = (
  answer: Answer,
  { status, code, retryAfter }: { status: number; code: string; retryAfter?: string | undefined },
): void => {
  expectDocumented(answer);
  expect({ status: answer.status, code: answer.json['code'] }).toEqual({ status, code });
  if (retryAfter !== undefined) expect(answer.headers['Retry-After']).toBe(retryAfter);
};

/** For what happens beside a pre-sign: waits for it as long as it takes, and ends with the test's patience. */
export const eventually = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 50_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('this never happened');
    await sleep(5);
  }
};

/**
 * What Lambda does to an invocation: ends it after `ms`. On this clock a stall of the machine counts for nothing, for
 * timers that are due are served in order.
 * @throws Error when `work` had not ended by then.
 */
export const cutOff = async <T>(ms: number, work: () => Promise<T>): Promise<T> => {
  const over = sleep(ms, undefined, { ref: false }).then(() => {
    throw new Error(`cut off after ${ms} ms`);
  });
  return Promise.race([work(), over]);
};
