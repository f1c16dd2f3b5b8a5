import { listen } from '../http.ts';
import type { CallRecord, KmsCall } from './calls.ts';
import { type AddFault, createFaults } from './faults.ts';
import { createKeyStore, type KeyStore } from './key-store.ts';
import type { KeyState, KeyUsage } from './keys.ts';
import { generateMaterial, type RsaSpec, symmetricMaterial } from './material.ts';
import { createResponder, type Policy } from './responder.ts';

export type KmsCredentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type KmsOptions = {
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Decides the partition of the ARNs too: aws-cn for cn-*, else aws. */
  readonly region?: string;
  readonly accountId?: string;
  /** Who may sign requests. Without it any access key is accepted and signatures are not recomputed. */
  readonly credentials?: KmsCredentials | readonly KmsCredentials[];
  readonly policy?: Policy;
  readonly latencyMs?: number;
  /** How many requests are remembered; default all. */
  readonly keep?: number;
};

export type RsaKeyOptions = {
  readonly spec?: RsaSpec;
  readonly usage?: KeyUsage;
  readonly tags?: Readonly<Record<string, string>>;
};

export type KmsSandbox = {
  readonly url: string;
  readonly region: string;
  /** The first of the accepted credentials, to give to a client. */
  readonly credentials: KmsCredentials;
  /** Every HTTP request so far, or the latest, in order of arrival. */
  readonly calls: readonly KmsCall[];
  /** From now on, hears of every request that is answered, once its record is complete. */
  readonly onAnswered: (listener: (call: KmsCall) => void) => void;
  /** TCP connections accepted so far. */
  readonly connections: number;
  /** Simulated round trip: an answer leaves this many milliseconds after its request arrived. */
  latencyMs: number;
  clearCalls(): void;
  setPolicy(policy: Policy | undefined): void;
  readonly fault: AddFault;
  clearFaults(): void;
  createRsaKey(options?: RsaKeyOptions): Promise<{ arn: string; keyId: string; publicKeyPem: string }>;
  /** With the name `alias/…`, if one is given. */
  createSymmetricKey(alias?: string): { arn: string; keyId: string };
  setKeyState(arn: string, state: KeyState): void;
  /** Ends every open socket; may be called twice. */
  close(): Promise<void>;
};

const DEFAULT_CREDENTIALS: KmsCredentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' };

const addRsaKey = async (store: KeyStore, options: RsaKeyOptions) => {
  const { spec = 'RSA_2048', usage = 'SIGN_VERIFY', tags = {} } = options;
  const material = await generateMaterial(spec);
  if (material.kind !== 'rsa') throw new TypeError('not an RSA key');
  const { arn, keyId } = store.add({ spec, material, usage, tags: new Map(Object.entries(tags)) });
  return { arn, keyId, publicKeyPem: String(material.publicKey.export({ type: 'spki', format: 'pem' })) };
};

/** The shortcuts of a test: what AWS would need a request, a waiting period or a broken data centre for. */
const conveniences = (store: KeyStore) => ({
  createRsaKey: (options: RsaKeyOptions = {}) => addRsaKey(store, options),
  createSymmetricKey: (alias?: string) => {
    const material = symmetricMaterial();
    const { arn, keyId } = store.add({ spec: material.spec, material, usage: 'ENCRYPT_DECRYPT' });
    if (alias !== undefined) store.name(alias, keyId);
    return { arn, keyId };
  },
  setKeyState: (arn: string, state: KeyState) => {
    store.byId(arn).state = state;
  },
});

/**
 * A stand-in for AWS KMS that the unmodified AWS SDK talks to (`endpoint` or AWS_ENDPOINT_URL_KMS): a real HTTP
 * server on 127.0.0.1 with real RSA and AES keys, AWS's errors and limits, and faults on demand.
 */
export const startKms = async (options: KmsOptions = {}): Promise<KmsSandbox> => {
  const { clock = Date.now, port = 0, region = 'cn-north-1', accountId = '111122223333' } = options;
  const accepted = options.credentials && [options.credentials].flat();
  const secrets = accepted && new Map(accepted.map((one) => [one.accessKeyId, one.secretAccessKey]));
  const store = createKeyStore({ region, accountId, clock });
  const faults = createFaults();
  const calls: CallRecord[] = [];
  const listeners: ((call: KmsCall) => void)[] = [];
  const onAnswered = (call: KmsCall): void => {
    for (const listener of listeners) listener(call);
  };
  const settings = { latencyMs: options.latencyMs ?? 0, policy: options.policy };
  const { keep = Number.POSITIVE_INFINITY } = options;
  const recording = { calls, keep, onAnswered };
  const respond = createResponder({ store, faults, ...recording, clock, region, secrets, settings });
  const { url, connections, close } = await listen(respond, port);

  return {
    url,
    region,
    credentials: accepted?.[0] ?? DEFAULT_CREDENTIALS,
    calls,
    onAnswered: (listener) => void listeners.push(listener),
    get connections() {
      return connections();
    },
    get latencyMs() {
      return settings.latencyMs;
    },
    set latencyMs(ms) {
      settings.latencyMs = ms;
    },
    clearCalls: () => {
      calls.length = 0;
    },
    setPolicy: (policy) => {
      settings.policy = policy;
    },
    fault: faults.add,
    clearFaults: faults.clear,
    ...conveniences(store),
    close,
  };
};
