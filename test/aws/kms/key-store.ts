import { KmsError } from './errors.ts';
import { buildKey, type KmsKey, type NewKey, withdrawMaterial } from './keys.ts';
import { isChina } from './region.ts';

export type Alias = { readonly createdAt: number; readonly updatedAt: number; readonly targetKeyId: string };

export type KeyStore = {
  add(init: NewKey): KmsKey;
  list(): readonly KmsKey[];
  /** A key by its id or ARN: all that operations which manage a key accept. */
  byId(reference: string): KmsKey;
  /** A key by its id, ARN, alias name or alias ARN: what operations which use a key accept. */
  byReference(reference: string): KmsKey;
  aliasArn(name: string): string;
  /** By alias name (`alias/…`). The caller may add, move and remove entries. */
  readonly aliases: Map<string, Alias>;
};

const KEY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const notFound = (message: string): KmsError => new KmsError('NotFoundException', message);

/** Partitions are separate worlds: an ARN with `aws` instead of `aws-cn` does not exist in China. */
const partitionOf = (region: string): string => (isChina(region) ? 'aws-cn' : 'aws');

export const createKeyStore = (options: {
  readonly region: string;
  readonly accountId: string;
  readonly clock: () => number;
}): KeyStore => {
  const prefix = `arn:${partitionOf(options.region)}:kms:${options.region}:${options.accountId}:`;
  const arnOf = (resource: string): string => prefix + resource;
  const keys = new Map<string, KmsKey>();
  const aliases = new Map<string, Alias>();

  const remove = (key: KmsKey): void => {
    keys.delete(key.keyId);
    for (const [name, alias] of aliases) if (alias.targetKeyId === key.keyId) aliases.delete(name);
  };

  /** Lets the dates of keys take effect. Every lookup starts here, so that no timer has to follow the clock. */
  const settle = (): void => {
    const now = options.clock();
    for (const key of keys.values()) {
      const { deletionAt, expiration } = key;
      if (deletionAt !== undefined && deletionAt <= now) remove(key);
      else if (expiration?.model === 'KEY_MATERIAL_EXPIRES' && expiration.validTo <= now)
        withdrawMaterial(key);
    }
  };

  /** `key/…` or `alias/…` of an ARN of this account, or the reference itself. */
  const resourceOf = (reference: string): string => {
    if (reference.startsWith(prefix)) return reference.slice(prefix.length);
    if (reference.startsWith('arn:')) throw notFound(`Invalid arn ${reference.split(':')[3] ?? ''}`);
    return reference.startsWith('alias/') ? reference : `key/${reference}`;
  };

  const byKeyId = (keyId: string): KmsKey => {
    if (!KEY_ID.test(keyId)) throw notFound(`Invalid keyId '${keyId}'`);
    const key = keys.get(keyId);
    if (key === undefined) throw notFound(`Key '${arnOf(`key/${keyId}`)}' does not exist`);
    return key;
  };

  const byId = (reference: string): KmsKey => {
    settle();
    const resource = resourceOf(reference);
    return byKeyId(resource.startsWith('key/') ? resource.slice('key/'.length) : resource);
  };

  const byReference = (reference: string): KmsKey => {
    settle();
    const resource = resourceOf(reference);
    if (!resource.startsWith('alias/')) return byId(reference);
    const alias = aliases.get(resource);
    if (alias === undefined) throw notFound(`Alias ${arnOf(resource)} is not found.`);
    return byKeyId(alias.targetKeyId);
  };

  return {
    add: (init) => {
      const key = buildKey(init, arnOf, options.clock());
      keys.set(key.keyId, key);
      return key;
    },
    list: () => {
      settle();
      return [...keys.values()];
    },
    byId,
    byReference,
    aliasArn: arnOf,
    aliases,
  };
};
