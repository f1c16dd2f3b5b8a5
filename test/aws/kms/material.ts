import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { generateRsaKeys } from '../../../sandbox/rsa-keys.ts';
import { KmsError } from './errors.ts';
import { modulusBytes } from './rsa.ts';

export const RSA_SPECS = ['RSA_2048', 'RSA_3072', 'RSA_4096'] as const;
export const KEY_SPECS = [...RSA_SPECS, 'SYMMETRIC_DEFAULT'] as const;

export type RsaSpec = (typeof RSA_SPECS)[number];
export type KeySpec = (typeof KEY_SPECS)[number];

export type RsaMaterial = {
  readonly kind: 'rsa';
  readonly spec: RsaSpec;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
};
export type KeyMaterial =
  | RsaMaterial
  | { readonly kind: 'symmetric'; readonly spec: 'SYMMETRIC_DEFAULT'; readonly secret: Buffer };

const SECRET_BYTES = 32;

const rsaMaterial = (privateKey: KeyObject, publicKey: KeyObject): RsaMaterial => {
  const spec = RSA_SPECS.find((name) => name === `RSA_${modulusBytes(privateKey) * 8}`);
  if (privateKey.asymmetricKeyType !== 'rsa' || spec === undefined) {
    throw new TypeError(`KMS holds RSA keys of ${RSA_SPECS.join(', ')} only`);
  }
  return { kind: 'rsa', spec, privateKey, publicKey };
};

export const generateRsa = (spec: RsaSpec) => generateRsaKeys(Number(spec.slice(4)));

export const symmetricMaterial = (): KeyMaterial => ({
  kind: 'symmetric',
  spec: 'SYMMETRIC_DEFAULT',
  secret: randomBytes(SECRET_BYTES),
});

export const generateMaterial = async (spec: KeySpec): Promise<KeyMaterial> => {
  if (spec === 'SYMMETRIC_DEFAULT') return symmetricMaterial();
  const pair = await generateRsa(spec);
  return rsaMaterial(pair.privateKey, pair.publicKey);
};

/**
 * Imported bytes as the material of an RSA key: PKCS #8 in DER ("Requirements for imported key material" in the KMS
 * guide).
 * @throws IncorrectKeyMaterialException when they are not a key of `spec`
 */
export const readMaterial = (spec: KeySpec, bytes: Buffer): RsaMaterial => {
  const refused = new KmsError('IncorrectKeyMaterialException', `Key material is not valid for ${spec}.`);
  let material: RsaMaterial;
  try {
    const privateKey = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
    material = rsaMaterial(privateKey, createPublicKey(privateKey));
  } catch {
    throw refused;
  }
  if (material.spec !== spec) throw refused;
  return material;
};

/** Tells materials apart; bound to the key, so that it is no fingerprint to find the same secret elsewhere by. */
export const materialIdOf = (keyId: string, privateKey: KeyObject): string => {
  // Through the key object, not the bytes that came in: two encodings of one key are the same material.
  const bytes = privateKey.export({ type: 'pkcs8', format: 'der' });
  return createHash('sha256').update(keyId).update(bytes).digest('hex');
};
