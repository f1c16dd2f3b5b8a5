import { KmsError } from './errors.ts';
import { type Input, requiredString } from './input.ts';
import type { KeyStore } from './key-store.ts';
import type { KeyUsage, KmsKey } from './keys.ts';
import type { KeyMaterial } from './material.ts';

/** What every operation may look at. */
export type OperationCall = {
  readonly input: Input;
  readonly store: KeyStore;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export type Answer = Readonly<Record<string, unknown>>;

/**
 * An operation on one key is split into finding the key and doing the work, so that the dispatcher can ask the
 * policy, log the key and play its faults in between: no operation can forget to.
 */
export type Operation =
  | {
      readonly on: 'key';
      readonly find: (call: OperationCall) => KmsKey;
      readonly run: (key: KmsKey, call: OperationCall) => Answer | Promise<Answer>;
    }
  | { readonly on: 'account'; readonly run: (call: OperationCall) => Answer | Promise<Answer> };

type KeyWork = (key: KmsKey, call: OperationCall) => Answer | Promise<Answer>;

/** Uses a key: named by id, ARN, alias or alias ARN. */
export const usingKey = (run: KeyWork): Operation => ({
  on: 'key',
  find: ({ input, store }) => store.byReference(requiredString(input, 'KeyId')),
  run,
});

/** Manages a key: aliases are refused, as by AWS, where moving an alias must not redirect such a call. */
export const managingKey = (run: KeyWork, member = 'KeyId'): Operation => ({
  on: 'key',
  find: ({ input, store }) => store.byId(requiredString(input, member)),
  run,
});

export const seconds = (milliseconds: number): number => milliseconds / 1000;

export const invalidState = (key: KmsKey, state: string): KmsError =>
  new KmsError('KMSInvalidStateException', `${key.arn} is ${state}.`);

/** For operations that change a key: everything but a key on its way in or out. */
export const requireManageable = (key: KmsKey): void => {
  if (key.state === 'PendingDeletion') throw invalidState(key, 'pending deletion');
};

/** For operations that change whether a key can be used. */
export const requireSettled = (key: KmsKey): void => {
  requireManageable(key);
  if (key.state === 'PendingImport') throw invalidState(key, 'pending import');
};

/**
 * For cryptographic operations (and GetPublicKey): the table "key states of KMS keys" of the KMS guide.
 * The material is handed out here, so that no operation gets at it without the check.
 */
export const requireUsable = (key: KmsKey): KeyMaterial => {
  requireSettled(key);
  if (key.state === 'Disabled') throw new KmsError('DisabledException', `${key.arn} is disabled.`);
  if (key.state === 'Unavailable') throw invalidState(key, 'unavailable');
  if (key.material === undefined) throw invalidState(key, 'pending import');
  return key.material;
};

export const requireUsage = (key: KmsKey, usage: KeyUsage, operation: string): void => {
  if (key.usage === usage) return;
  const message = `${key.arn} key usage is ${key.usage} which is not valid for ${operation}.`;
  throw new KmsError('InvalidKeyUsageException', message);
};

/** For what AWS has and nobody here asks for. */
export const unsupported = (what: string): KmsError =>
  new KmsError('UnsupportedOperationException', `The stand-in has no ${what}.`);
