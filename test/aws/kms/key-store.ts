import { KmsError } from './errors.ts';
import { buildKey, type KmsKey, type NewKey } from './keys.ts';
import { isChina } from './region.ts';

export type KeyStore = {
  add(init: NewKey): KmsKey;
  list(): readonly KmsKey[];
  /** A key by its id or ARN: all that operations which manage a key accept. */
  byId(reference: string): KmsKey;
  /** A key by its id, ARN, alias name or alias ARN: what operations which use a key accept. */
  byReference(reference: string): KmsKey;
  /** Gives a key the name `alias/…`. */
  name(alias: string, keyId: string): void;
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
  const aliases = new Map<string, string>();

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
    const resource = resourceOf(reference);
    return byKeyId(resource.startsWith('key/') ? resource.slice('key/'.length) : resource);
  };

  const byReference = (reference: string): KmsKey => {
    const resource = resourceOf(reference);
    if (!resource.startsWith('alias/')) return byId(reference);
    const keyId = aliases.get(resource);
    if (keyId === undefined) throw notFound(`Alias ${arnOf(resource)} is not found.`);
    return byKeyId(keyId);
  };

  return {
    add: (init) => {
      const key = buildKey(init, arnOf, options.clock());
      keys.set(key.keyId, key);
      return key;
    },
    list: () => [...keys.values()],
    byId,
    byReference,
    name: (alias, keyId) => void aliases.set(alias, keyId),
  };
};
