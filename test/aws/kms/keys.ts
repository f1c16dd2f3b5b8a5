import { randomUUID } from 'node:crypto';
import type { ImportParameters } from './import-parameters.ts';
import type { KeyMaterial, KeySpec } from './material.ts';

export const KEY_USAGES = ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'] as const;

export type KeyUsage = (typeof KEY_USAGES)[number];
export type KeyState = 'Disabled' | 'Enabled' | 'PendingDeletion' | 'PendingImport' | 'Unavailable';

/** How long all imported material lasts here. */
export const NO_EXPIRY = 'KEY_MATERIAL_DOES_NOT_EXPIRE';

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
  /** The newest answer of GetParametersForImport. */
  importParameters: ImportParameters | undefined;
  state: KeyState;
};

export type NewKey = Pick<KmsKey, 'spec' | 'usage' | 'material'> &
  Partial<Pick<KmsKey, 'origin' | 'description' | 'tags'>>;

export const buildKey = (init: NewKey, arnOf: (resource: string) => string, now: number): KmsKey => {
  const keyId = randomUUID();
  return {
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
    importParameters: undefined,
    state: init.material === undefined ? 'PendingImport' : 'Enabled',
  };
};
