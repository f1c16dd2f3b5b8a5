import { KmsError } from './errors.ts';
import { type Input, optionalChoice, optionalString, recordList, requiredString } from './input.ts';
import { capabilities, metadata } from './key-metadata.ts';
import { generateMaterial, KEY_SPECS, KEY_USAGES, type KeySpec, type KeyUsage } from './keys.ts';
import { managingKey, type Operation, requireManageable, requireUsable, usingKey } from './operation.ts';
import { page } from './paging.ts';

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

export const createKey: Operation = {
  on: 'account',
  run: async ({ input, store }) => {
    const spec = optionalChoice(input, 'KeySpec', KEY_SPECS) ?? 'SYMMETRIC_DEFAULT';
    const usage = readUsage(input, spec);
    const origin = optionalString(input, 'Origin') ?? 'AWS_KMS';
    if (origin !== 'AWS_KMS') {
      throw new KmsError('UnsupportedOperationException', `The sandbox makes no keys of origin ${origin}`);
    }
    const description = optionalString(input, 'Description') ?? '';
    const tags = readTags(input);
    const material = await generateMaterial(spec);
    return { KeyMetadata: metadata(store.add({ material, usage, description, tags })) };
  },
};

export const describeKey = usingKey((key) => ({ KeyMetadata: metadata(key) }));

export const getPublicKey = usingKey((key) => {
  if (key.material.kind !== 'rsa') {
    const message = `${key.arn} key spec is ${key.material.spec} which is not valid for GetPublicKey.`;
    throw new KmsError('UnsupportedOperationException', message);
  }
  requireUsable(key);
  const der = key.material.publicKey.export({ type: 'spki', format: 'der' });
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
