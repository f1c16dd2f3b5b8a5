import { randomUUID } from 'node:crypto';
import type { ImportParameters } from './import-parameters.ts';
import { type KeyMaterial, type KeySpec, materialIdOf } from './material.ts';

export const KEY_USAGES = ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'] as const;

export type KeyUsage = (typeof KEY_USAGES)[number];
export type KeyState = 'Disabled' | 'Enabled' | 'PendingDeletion' | 'PendingImport' | 'Unavailable';

/** How long imported material lasts. `validTo` in milliseconds since the epoch. */
export type Expiration =
  | { readonly model: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
  | { readonly model: 'KEY_MATERIAL_EXPIRES'; readonly validTo: number };

export type KmsKey = {
  readonly keyId: string;
  readonly arn: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly origin: 'AWS_KMS' | 'EXTERNAL';
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  /** None while a key of origin EXTERNAL waits for an import. Operations get it from `requireUsable`. */
  material: KeyMaterial | undefined;
  /** Of the first material imported, the only one the key takes from then on; outlives the material. */
  materialId: string | undefined;
  /** Of imported material only. */
  expiration: Expiration | undefined;
  /** The newest answer of GetParametersForImport. */
  importParameters: ImportParameters | undefined;
  state: KeyState;
  /** When a key pending deletion ceases to exist, in milliseconds since the epoch. */
  deletionAt: number | undefined;
};

export type NewKey = Pick<KmsKey, 'spec' | 'usage' | 'material'> &
  Partial<Pick<KmsKey, 'origin' | 'description' | 'tags'>>;

export const installMaterial = (key: KmsKey, material: KeyMaterial, expiration: Expiration): void => {
  key.material = material;
  key.materialId = materialIdOf(key.keyId, material);
  key.expiration = expiration;
  key.state = 'Enabled';
};

/** What DeleteImportedKeyMaterial and the expiration date do. A key pending deletion stays so, by the API text. */
export const withdrawMaterial = (key: KmsKey): void => {
  key.material = undefined;
  key.expiration = undefined;
  if (key.state !== 'PendingDeletion') key.state = 'PendingImport';
};

export const buildKey = (init: NewKey, arnOf: (resource: string) => string, now: number): KmsKey => {
  const keyId = randomUUID();
  const key: KmsKey = {
    keyId,
    arn: arnOf(`key/${keyId}`),
    spec: init.spec,
    usage: init.usage,
    origin: init.origin ?? 'AWS_KMS',
    description: init.description ?? '',
    createdAt: now,
    tags: init.tags ?? new Map(),
    material: init.material,
    materialId: undefined,
    expiration: undefined,
    importParameters: undefined,
    state: init.material === undefined ? 'PendingImport' : 'Enabled',
    deletionAt: undefined,
  };
  if (key.origin === 'EXTERNAL' && init.material !== undefined) {
    installMaterial(key, init.material, { model: 'KEY_MATERIAL_DOES_NOT_EXPIRE' });
  }
  return key;
};
