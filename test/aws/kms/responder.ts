import { keepLast } from '../../../sandbox/keep-last.ts';
import type { Reply } from '../http.ts';
import { authenticate, SignatureError, type SignedRequest } from '../sigv4.ts';
import { type CallRecord, describeInput, type KmsCall } from './calls.ts';
import { KmsError } from './errors.ts';
import { errorOf, type Fault, type Faults, type KmsRequest } from './faults.ts';
import { parseInput } from './input.ts';
import type { KeyStore } from './key-store.ts';
import type { KmsKey } from './keys.ts';
import { generateMaterial } from './material.ts';
import type { Answer, Operation, OperationCall } from './operation.ts';
import { OPERATIONS } from './operations.ts';

export type Policy = (request: KmsRequest) => boolean;

export type Surroundings = {
  readonly store: KeyStore;
  readonly faults: Faults;
  readonly calls: CallRecord[];
  /** How many of them are kept. */
  readonly keep: number;
  readonly onAnswered: (call: KmsCall) => void;
  readonly clock: () => number;
  readonly region: string;
  readonly secrets: ReadonlyMap<string, string> | undefined;
  /** Read anew for each request: tests change them while clients are talking. */
  readonly settings: { latencyMs: number; policy: Policy | undefined };
};

const TARGET = /^TrentService\.(\w+)$/;

const operationOf = (request: SignedRequest, record: CallRecord): Operation => {
  const json = request.headers['content-type']?.startsWith('application/x-amz-json-1.1');
  const operation = OPERATIONS.get(record.operation);
  if (request.method !== 'POST' || request.path !== '/' || !json || operation === undefined) {
    throw new KmsError('UnknownOperationException');
  }
  return operation;
};

/** Finds the key and binds the work to it; `run` takes another key when a fault puts one in its place. */
const prepare = (operation: Operation, call: OperationCall) => {
  if (operation.on === 'account') return { key: undefined, run: () => operation.run(call) };
  const key = operation.find(call);
  return { key, run: (substitute = key) => operation.run(substitute, call) };
};

const impostorFor = async (store: KeyStore, key: KmsKey, keyArn: string | undefined): Promise<KmsKey> => {
  if (keyArn !== undefined) return store.byId(keyArn);
  const { spec, usage } = key;
  return store.add({ spec, usage, material: await generateMaterial(spec) });
};

const spoil = (answer: Answer): Answer => {
  const bytes = Buffer.from(String(answer['Signature']), 'base64');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return { ...answer, Signature: bytes.toString('base64') };
};

const authorize = (request: KmsRequest, policy: Policy | undefined): void => {
  if (policy === undefined || policy(request)) return;
  const action = `kms:${request.operation}`;
  const message = `User: ${request.accessKeyId} is not authorized to perform: ${action} on resource: ${request.keyArn ?? '*'} because no identity-based policy allows the ${action} action`;
  throw new KmsError('AccessDeniedException', message);
};

const factsOf = (record: CallRecord): KmsRequest => ({
  accessKeyId: record.accessKeyId,
  operation: record.operation,
  keyArn: record.keyArn,
  encryptionContext: record.encryptionContext,
  signingAlgorithm: record.signingAlgorithm,
  messageType: record.messageType,
  wrappingAlgorithm: record.wrappingAlgorithm,
});

type Outcome = { readonly answer: Answer; readonly fault: Fault | undefined } | 'hang' | 'reset';

const perform = async (
  request: SignedRequest,
  record: CallRecord,
  around: Surroundings,
): Promise<Outcome> => {
  const { store, region, secrets } = around;
  const operation = operationOf(request, record);
  record.accessKeyId = await authenticate(request, { region, service: 'kms', secrets, now: record.at });
  const input = parseInput(request.body);
  describeInput(record, input);
  const { key, run } = prepare(operation, { input, store, region, now: record.at });
  if (key !== undefined) record.keyArn = key.arn;

  const facts = factsOf(record);
  const fault = around.faults.take(facts);
  if (fault !== undefined) record.fault = fault.kind;
  if (fault?.kind === 'hang' || fault?.kind === 'reset') return fault.kind;
  const error = fault && errorOf(fault);
  if (error !== undefined) throw error;

  authorize(facts, around.settings.policy);
  const swap = fault?.kind === 'wrong-key' && key ? await impostorFor(store, key, fault.keyArn) : undefined;
  const answer = await run(swap);
  if (fault?.kind === 'lost-answer') return 'reset';
  return { answer: fault?.kind === 'bad-signature' ? spoil(answer) : answer, fault };
};

const bodyOf = (error: KmsError | SignatureError): Answer =>
  error.message === '' ? { __type: error.name } : { __type: error.name, message: error.message };

/** From a request on the wire to the reply, through signature, faults and policy; every request is logged. */
export const createResponder = (around: Surroundings) => {
  const reply = (record: CallRecord, status: number, body: Answer, afterMs: number): Reply => {
    record.status = status;
    if (typeof body['Signature'] === 'string') record.signature = body['Signature'];
    around.onAnswered(record);
    return { kind: 'answer', status, body, date: around.clock(), afterMs };
  };

  return async (request: SignedRequest): Promise<Reply> => {
    const operation = TARGET.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
    const record: CallRecord = { operation, at: around.clock(), status: 0, accessKeyId: '' };
    keepLast(around.calls, record, around.keep);
    const { latencyMs } = around.settings;
    try {
      const outcome = await perform(request, record, around);
      if (typeof outcome === 'string') return { kind: outcome };
      const extra = outcome.fault?.kind === 'latency' ? outcome.fault.ms : 0;
      return reply(record, 200, outcome.answer, latencyMs + extra);
    } catch (cause) {
      // A bug in the sandbox must be seen, not waited for: it is answered like an internal error of KMS.
      const isAnswer = cause instanceof KmsError || cause instanceof SignatureError;
      const error = isAnswer ? cause : new KmsError('KMSInternalException', String(cause));
      record.errorName = error.name;
      return reply(record, error.status, bodyOf(error), latencyMs);
    }
  };
};
