import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { promisify } from 'node:util';
import { modulusBytes } from './rsa.ts';

export const RSA_SPECS = ['RSA_2048', 'RSA_3072', 'RSA_4096'] as const;
export const KEY_SPECS = [...RSA_SPECS, 'SYMMETRIC_DEFAULT'] as const;
export const KEY_USAGES = ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'] as const;

export type RsaSpec = (typeof RSA_SPECS)[number];
export type KeySpec = (typeof KEY_SPECS)[number];
export type KeyUsage = (typeof KEY_USAGES)[number];
export type KeyState = 'Disabled' | 'Enabled' | 'PendingDeletion' | 'PendingImport' | 'Unavailable';

export type KeyMaterial =
  | {
      readonly kind: 'rsa';
      readonly spec: RsaSpec;
      readonly privateKey: KeyObject;
      readonly publicKey: KeyObject;
    }
  | { readonly kind: 'symmetric'; readonly spec: 'SYMMETRIC_DEFAULT'; readonly secret: Buffer };

export type KmsKey = {
  readonly keyId: string;
  readonly arn: string;
  readonly usage: KeyUsage;
  readonly origin: 'AWS_KMS' | 'EXTERNAL';
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  material: KeyMaterial;
  state: KeyState;
  /** When a key pending deletion ceases to exist, in milliseconds since the epoch. */
  deletionAt: number | undefined;
};

export type NewKey = Pick<KmsKey, 'material' | 'usage'> &
  Partial<Pick<KmsKey, 'origin' | 'description' | 'tags'>>;

const generate = promisify(generateKeyPair);

const rsaMaterial = (privateKey: KeyObject, publicKey: KeyObject): KeyMaterial => {
  const spec = RSA_SPECS.find((name) => name === `RSA_${modulusBytes(privateKey) * 8}`);
  if (privateKey.asymmetricKeyType !== 'rsa' || spec === undefined) {
    throw new TypeError(`KMS holds RSA keys of ${RSA_SPECS.join(', ')} only`);
  }
  return { kind: 'rsa', spec, privateKey, publicKey };
};

export const importRsa = (privateKeyPem: string): KeyMaterial => {
  const privateKey = createPrivateKey(privateKeyPem);
  return rsaMaterial(privateKey, createPublicKey(privateKey));
};

export const symmetricMaterial = (): KeyMaterial => ({
  kind: 'symmetric',
  spec: 'SYMMETRIC_DEFAULT',
  secret: randomBytes(32),
});

/** Makes key material off the main thread: RSA_4096 takes seconds, and other requests are being served. */
export const generateMaterial = async (spec: KeySpec): Promise<KeyMaterial> => {
  if (spec === 'SYMMETRIC_DEFAULT') return symmetricMaterial();
  const pair = await generate('rsa', { modulusLength: Number(spec.slice(4)) });
  return rsaMaterial(pair.privateKey, pair.publicKey);
};

export const buildKey = (init: NewKey, arnOf: (resource: string) => string, now: number): KmsKey => {
  const keyId = randomUUID();
  return {
    keyId,
    arn: arnOf(`key/${keyId}`),
    usage: init.usage,
    origin: init.origin ?? 'AWS_KMS',
    description: init.description ?? '',
    createdAt: now,
    tags: init.tags ?? new Map(),
    material: init.material,
    state: 'Enabled',
    deletionAt: undefined,
  };
};
