import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { commonHeaders, deliver, deliverHalf, signatureHeaders } from './answer.ts';
import type { Channel } from './channel.ts';
import { examine } from './examine.ts';
import type { Fault } from './fault.ts';
import type { Faults } from './faults.ts';
import type { Host } from './host.ts';
import { judge } from './judge.ts';
import { keepLast } from './keep-last.ts';
import { magicIn } from './magic.ts';
import { errorAnswer, isErrorFault, isSpoiledFault, type Seal, type SilentFault, spoil } from './mishaps.ts';
import { moment } from './moment.ts';
import { reset } from './reset.ts';
import type { Answer, Call, Outgoing } from './types.ts';
import type { Judgement, World } from './world.ts';

export type Site = World & {
  /** The latest ones. */
  readonly calls: Call[];
  readonly keep: number;
  /** Whether a text in a body can ask for a fault. */
  readonly magic: boolean;
  /** The number of the next call. */
  readonly nextNumber: () => number;
  readonly listeners: ((call: Readonly<Call>) => void)[];
  readonly faults: Faults;
  readonly channel: Channel;
  readonly closing: AbortSignal;
};
type Conversation = { readonly call: Call; readonly response: ServerResponse; readonly seal: Seal };

/** One request, from its last byte to the last byte of its answer or to the mishap that takes its place. */
export async function exchange(host: Host, request: IncomingMessage, response: ServerResponse, site: Site) {
  const call = await receive(host, request, site);
  // A client that left before the end of its body never made a request.
  if (!call) return;
  // By the clock that everything else here goes by; Node's own would be the machine's.
  response.setHeader('Date', new Date(site.clock()).toUTCString());
  await answer(call, response, site).catch((error: unknown) => admit(error, response));
  call.overAt = moment();
  site.channel.publish({ name: 'call', call });
}

/** A fault of the stand-in itself, which must not end it for all others. What was submitted is in no stack. */
function admit(error: unknown, response: ServerResponse): void {
  const { name, stack = '' } = error instanceof Error ? error : new Error('not an error');
  const frames = stack.split('\n').filter((line) => line.trimStart().startsWith('at '));
  process.stderr.write(`The sandbox itself has failed at a call: ${name}\n${frames.join('\n')}\n`);
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}

async function answer(call: Call, response: ServerResponse, site: Site) {
  const judgement = judge(call, site);
  keepLast(site.calls, call, site.keep);
  for (const listener of site.listeners) listener(call);
  const conversation = { call, response, seal: sealer(call, judgement, site) };
  // A refusal is never covered up: a planned fault waits for a request with nothing wrong in it.
  if ('refusal' in judgement) {
    examine(call, site);
    return reply(conversation, judgement.refusal);
  }
  const { fault: planned, delay } = site.faults.take(call);
  const fault = planned ?? (site.magic ? magicIn(call) : undefined);
  if (fault) call.fault = fault.kind;
  const made = happensBefore(fault) ? undefined : judgement.act();
  call.processed = made !== undefined && made.status < 300;
  if (delay > 0) await sleep(delay, undefined, { signal: site.closing }).catch(() => undefined);
  await strike(conversation, fault, made);
}

async function receive(host: Host, request: IncomingMessage, site: Site): Promise<Call | undefined> {
  const headers = Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
  );
  const body = await buffer(request).catch(() => undefined);
  if (!body) return undefined;
  const { method = '', url: path = '' } = request;
  const times = { at: site.clock(), cameAt: moment() };
  const came = { n: site.nextNumber(), ...times, host, method, path, headers, body };
  const call: Call = { ...came, status: undefined, processed: false, checks: {}, findings: [], sealed: [] };
  if (headers['wechatpay-serial'] !== undefined) call.platformSerial = headers['wechatpay-serial'];
  return call;
}

/** Signs for the merchant of this call; unsigned when there is none, or no platform key is left to sign with. */
function sealer(call: Call, { merchant }: Judgement, { clock, platform }: Site): Seal {
  return (body, { key, seconds = 0 } = {}) => {
    const signer = key ?? (merchant && platform.signer(merchant, call.platformSerial));
    return signer ? signatureHeaders(signer, body, clock() + seconds * 1000) : {};
  };
}

const happensBefore = (fault: Fault | undefined) =>
  fault !== undefined && (isErrorFault(fault) || fault.kind === 'reset' || fault.kind === 'hang');

async function strike(conversation: Conversation, fault: Fault | undefined, made: Answer | undefined) {
  if (fault && isErrorFault(fault)) return reply(conversation, errorAnswer(fault));
  if (fault && isSpoiledFault(fault) && made) {
    const { headers, ...spoiled } = await spoil(fault, made, conversation.seal);
    const outgoing = {
      ...spoiled,
      headers: { ...commonHeaders({ ...made, body: spoiled.body }), ...headers },
    };
    return deliver(conversation.call, conversation.response, outgoing, made.code);
  }
  if (fault && !isSpoiledFault(fault) && fault.kind !== 'latency')
    return fallSilent(conversation, fault, made);
  if (made) reply(conversation, made);
}

function reply({ call, response, seal }: Conversation, answer: Answer): void {
  deliver(call, response, signed(answer, seal), answer.code);
}

const signed = (answer: Answer, seal: Seal): Outgoing => ({
  status: answer.status,
  body: answer.body,
  headers: { ...commonHeaders(answer), ...(answer.signed ? seal(answer.body) : {}) },
});

function fallSilent({ response, seal }: Conversation, { kind }: SilentFault, made: Answer | undefined): void {
  if ((kind === 'reset' || kind === 'reset-after') && response.socket) reset(response.socket);
  if (kind === 'truncated-body' && made) deliverHalf(response, signed(made, seal));
}
