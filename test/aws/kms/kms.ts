import type { CallRecord, KmsCall } from './calls.ts';
import { type AddFault, createFaults } from './faults.ts';
import { listen } from './http.ts';
import { createKeyStore, type KeyStore } from './key-store.ts';
import type { KeyState, KeyUsage, KmsKey } from './keys.ts';
import { generateMaterial, importRsa, type RsaSpec, symmetricMaterial } from './material.ts';
import { createResponder, type Policy } from './responder.ts';
import { seal } from './symmetric.ts';

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
};

export type RsaKeyOptions = {
  /** Makes the key of this one, with origin EXTERNAL; `spec` is then what the PEM says. */
  readonly privateKeyPem?: string;
  readonly spec?: RsaSpec;
  readonly usage?: KeyUsage;
  readonly tags?: Readonly<Record<string, string>>;
};

export type KmsSandbox = {
  readonly url: string;
  readonly region: string;
  /** The first of the accepted credentials, to give to a client. */
  readonly credentials: KmsCredentials;
  /** Every HTTP request so far, in order of arrival. */
  readonly calls: readonly KmsCall[];
  /** TCP connections accepted so far. */
  readonly connections: number;
  /** Simulated round trip: an answer leaves this many milliseconds after its request arrived. */
  latencyMs: number;
  clearCalls(): void;
  setPolicy(policy: Policy | undefined): void;
  readonly fault: AddFault;
  clearFaults(): void;
  createRsaKey(options?: RsaKeyOptions): Promise<{ arn: string; keyId: string; publicKeyPem: string }>;
  createSymmetricKey(): { arn: string; keyId: string };
  /** What Encrypt would answer with, without a request. */
  encrypt(arn: string, plaintext: string | Buffer, context?: Readonly<Record<string, string>>): Buffer;
  setKeyState(arn: string, state: KeyState): void;
  /** Ends every open socket; may be called twice. */
  close(): Promise<void>;
};

const DEFAULT_CREDENTIALS: KmsCredentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' };
const LONGEST_WAIT_MS = 30 * 86_400_000;

const addRsaKey = async (store: KeyStore, options: RsaKeyOptions) => {
  const { privateKeyPem, spec, usage = 'SIGN_VERIFY', tags = {} } = options;
  const imported = privateKeyPem !== undefined;
  const material = imported ? importRsa(privateKeyPem) : await generateMaterial(spec ?? 'RSA_2048');
  if (material.kind !== 'rsa') throw new TypeError('not an RSA key');
  const origin = imported ? 'EXTERNAL' : 'AWS_KMS';
  const { arn, keyId } = store.add({
    spec: material.spec,
    material,
    usage,
    origin,
    tags: new Map(Object.entries(tags)),
  });
  return { arn, keyId, publicKeyPem: String(material.publicKey.export({ type: 'spki', format: 'pem' })) };
};

const encryptWith = (
  { material, keyId }: KmsKey,
  plaintext: string | Buffer,
  context: Record<string, string>,
) => {
  if (material?.kind !== 'symmetric') throw new TypeError('not a symmetric key');
  return seal(material.secret, keyId, Buffer.from(plaintext), context);
};

/** The shortcuts of a test: what AWS would need a request, a waiting period or a broken data centre for. */
const conveniences = (store: KeyStore, clock: () => number) => ({
  createRsaKey: (options: RsaKeyOptions = {}) => addRsaKey(store, options),
  createSymmetricKey: () => {
    const material = symmetricMaterial();
    const { arn, keyId } = store.add({ spec: material.spec, material, usage: 'ENCRYPT_DECRYPT' });
    return { arn, keyId };
  },
  encrypt: (arn: string, plaintext: string | Buffer, context: Record<string, string> = {}) =>
    encryptWith(store.byReference(arn), plaintext, context),
  setKeyState: (arn: string, state: KeyState) => {
    const key = store.byId(arn);
    key.state = state;
    key.deletionAt = state === 'PendingDeletion' ? clock() + LONGEST_WAIT_MS : undefined;
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
  const settings = { latencyMs: options.latencyMs ?? 0, policy: options.policy };
  const respond = createResponder({ store, faults, calls, clock, region, secrets, settings });
  const { url, connections, close } = await listen(respond, port);

  return {
    url,
    region,
    credentials: accepted?.[0] ?? DEFAULT_CREDENTIALS,
    calls,
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
    ...conveniences(store, clock),
    close,
  };
};
