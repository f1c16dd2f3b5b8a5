import { KmsError } from './errors.ts';
import { type Input, optionalChoice, optionalString, recordList, requiredString } from './input.ts';
import { capabilities, metadata } from './key-metadata.ts';
import { KEY_USAGES, type KeyUsage, type KmsKey } from './keys.ts';
import { generateMaterial, KEY_SPECS, type KeySpec } from './material.ts';
import {
  managingKey,
  type Operation,
  requireManageable,
  requireUsable,
  unsupported,
  usingKey,
} from './operation.ts';
import { page } from './paging.ts';
import { isChina } from './region.ts';

const ORIGINS = ['AWS_KMS', 'EXTERNAL'] as const;

const readTags = (input: Input): Map<string, string> => {
  const tags = new Map<string, string>();
  for (const tag of recordList(input, 'Tags')) {
    const name = requiredString(tag, 'TagKey');
    if (tags.has(name)) throw new KmsError('TagException', 'Duplicate tag keys');
    tags.set(name, requiredString(tag, 'TagValue'));
  }
  return tags;
};

const readUsage = (input: Input, spec: KeySpec): KeyUsage => {
  const usage = optionalChoice(input, 'KeyUsage', KEY_USAGES);
  const symmetric = spec === 'SYMMETRIC_DEFAULT';
  if (usage === undefined && !symmetric) {
    const message =
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.';
    throw new KmsError('ValidationException', message);
  }
  if (usage === 'SIGN_VERIFY' && symmetric) {
    throw new KmsError('ValidationException', `KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  }
  return usage ?? 'ENCRYPT_DECRYPT';
};

const readOrigin = (input: Input, spec: KeySpec, region: string): KmsKey['origin'] => {
  const origin = optionalChoice(input, 'Origin', ORIGINS) ?? 'AWS_KMS';
  if (origin === 'EXTERNAL' && spec === 'SYMMETRIC_DEFAULT') throw unsupported(`import of ${spec}`);
  if (origin === 'EXTERNAL' && isChina(region)) {
    const message = `KeySpec ${spec} is not supported for Origin ${origin} in this region.`;
    throw new KmsError('UnsupportedOperationException', message);
  }
  return origin;
};

export const createKey: Operation = {
  on: 'account',
  run: async ({ input, store, region }) => {
    const spec = optionalChoice(input, 'KeySpec', KEY_SPECS) ?? 'SYMMETRIC_DEFAULT';
    const usage = readUsage(input, spec);
    const origin = readOrigin(input, spec, region);
    const description = optionalString(input, 'Description') ?? '';
    const tags = readTags(input);
    const material = origin === 'AWS_KMS' ? await generateMaterial(spec) : undefined;
    return { KeyMetadata: metadata(store.add({ spec, material, usage, origin, description, tags })) };
  },
};

export const describeKey = usingKey((key) => ({ KeyMetadata: metadata(key) }));

export const getPublicKey = usingKey((key) => {
  const material = requireUsable(key);
  if (material.kind !== 'rsa') {
    const message = `${key.arn} key spec is ${key.spec} which is not valid for GetPublicKey.`;
    throw new KmsError('UnsupportedOperationException', message);
  }
  const der = material.publicKey.export({ type: 'spki', format: 'der' });
  return { KeyId: key.arn, PublicKey: der.toString('base64'), ...capabilities(key) };
});

export const listKeys: Operation = {
  on: 'account',
  run: ({ input, store }) => {
    const { items, rest } = page(input, store.list(), { otherwise: 100, max: 1000 });
    return { Keys: items.map((key) => ({ KeyId: key.keyId, KeyArn: key.arn })), ...rest };
  },
};

export const tagResource = managingKey((key, { input }) => {
  requireManageable(key);
  for (const [name, value] of readTags(input)) key.tags.set(name, value);
  return {};
});

export const listResourceTags = managingKey((key, { input }) => {
  const tags = [...key.tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
  const { items, rest } = page(input, tags, { otherwise: 50, max: 50 });
  return { Tags: items, ...rest };
});
