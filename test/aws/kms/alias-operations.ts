import { KmsError } from './errors.ts';
import { type Input, optionalString, requiredString } from './input.ts';
import type { Alias, KeyStore } from './key-store.ts';
import type { KmsKey } from './keys.ts';
import { managingKey, type Operation, requireManageable, seconds } from './operation.ts';
import { page } from './paging.ts';

const readName = (input: Input): string => {
  const name = requiredString(input, 'AliasName');
  if (!name.startsWith('alias/')) {
    const guide = 'https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html';
    throw new KmsError(
      'ValidationException',
      `Alias must start with the prefix "alias/". Please see ${guide}`,
    );
  }
  if (!/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(name) || name.startsWith('alias/aws/')) {
    throw new KmsError('ValidationException', `${name} is not a valid alias name`);
  }
  return name;
};

const existing = (store: KeyStore, name: string): Alias => {
  const alias = store.aliases.get(name);
  if (alias === undefined) {
    throw new KmsError('NotFoundException', `Alias ${store.aliasArn(name)} is not found.`);
  }
  return alias;
};

const isSymmetric = (key: KmsKey): boolean => key.spec === 'SYMMETRIC_DEFAULT';

export const createAlias = managingKey((key, { input, store, now }) => {
  const name = readName(input);
  requireManageable(key);
  if (store.aliases.has(name)) {
    const message = `An alias with the name ${store.aliasArn(name)} already exists`;
    throw new KmsError('AlreadyExistsException', message);
  }
  store.aliases.set(name, { createdAt: now, updatedAt: now, targetKeyId: key.keyId });
  return {};
}, 'TargetKeyId');

/** Only between keys of one kind and usage: an alias that signs never starts to decrypt. */
export const updateAlias = managingKey((key, { input, store, now }) => {
  const name = readName(input);
  const alias = existing(store, name);
  const current = store.byId(alias.targetKeyId);
  requireManageable(key);
  if (current.usage !== key.usage || isSymmetric(current) !== isSymmetric(key)) {
    const message = `Alias ${store.aliasArn(name)} cannot be changed to a key of another type or usage`;
    throw new KmsError('ValidationException', message);
  }
  store.aliases.set(name, { ...alias, updatedAt: now, targetKeyId: key.keyId });
  return {};
}, 'TargetKeyId');

export const deleteAlias: Operation = {
  on: 'key',
  find: ({ input, store }) => store.byId(existing(store, readName(input)).targetKeyId),
  run: (_key, { input, store }) => {
    store.aliases.delete(readName(input));
    return {};
  },
};

export const listAliases: Operation = {
  on: 'account',
  run: ({ input, store }) => {
    const wanted = optionalString(input, 'KeyId');
    const keyId = wanted === undefined ? undefined : store.byId(wanted).keyId;
    const found = [...store.aliases].filter(
      ([, alias]) => keyId === undefined || alias.targetKeyId === keyId,
    );
    const { items, rest } = page(input, found, { otherwise: 50, max: 100 });
    const entries = items.map(([name, alias]) => ({
      AliasName: name,
      AliasArn: store.aliasArn(name),
      TargetKeyId: alias.targetKeyId,
      CreationDate: seconds(alias.createdAt),
      LastUpdatedDate: seconds(alias.updatedAt),
    }));
    return { Aliases: entries, ...rest };
  },
};
