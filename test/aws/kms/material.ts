import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { promisify } from 'node:util';
import { KmsError } from './errors.ts';
import { isChina } from './region.ts';
import { modulusBytes } from './rsa.ts';

export const RSA_SPECS = ['RSA_2048', 'RSA_3072', 'RSA_4096'] as const;
export const KEY_SPECS = [...RSA_SPECS, 'SYMMETRIC_DEFAULT'] as const;

export type RsaSpec = (typeof RSA_SPECS)[number];
export type KeySpec = (typeof KEY_SPECS)[number];

export type KeyMaterial =
  | {
      readonly kind: 'rsa';
      readonly spec: RsaSpec;
      readonly privateKey: KeyObject;
      readonly publicKey: KeyObject;
    }
  | { readonly kind: 'symmetric'; readonly spec: 'SYMMETRIC_DEFAULT'; readonly secret: Buffer };

const SECRET_BYTES = 32;
const SM4_BYTES = 16;

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

export const generateRsa = (spec: RsaSpec) => generate('rsa', { modulusLength: Number(spec.slice(4)) });

export const symmetricMaterial = (): KeyMaterial => ({
  kind: 'symmetric',
  spec: 'SYMMETRIC_DEFAULT',
  secret: randomBytes(SECRET_BYTES),
});

/** Makes key material off the main thread: RSA_4096 takes seconds, and other requests are being served. */
export const generateMaterial = async (spec: KeySpec): Promise<KeyMaterial> => {
  if (spec === 'SYMMETRIC_DEFAULT') return symmetricMaterial();
  const pair = await generateRsa(spec);
  return rsaMaterial(pair.privateKey, pair.publicKey);
};

const readSecret = (bytes: Buffer, region: string): KeyMaterial => {
  const length = isChina(region) ? SM4_BYTES : SECRET_BYTES;
  if (bytes.length !== length) throw new TypeError(`expected ${length} bytes`);
  // The sandbox has no SM4; only whoever sealed a blob ever opens it, so AES under a digest of the key will do.
  const secret = length === SECRET_BYTES ? bytes : createHash('sha256').update(bytes).digest();
  return { kind: 'symmetric', spec: 'SYMMETRIC_DEFAULT', secret };
};

const readPrivateKey = (bytes: Buffer): KeyMaterial => {
  const privateKey = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
  return rsaMaterial(privateKey, createPublicKey(privateKey));
};

/**
 * Imported bytes as the material of a key: PKCS #8 in DER for RSA, 32 bytes (16 in China) for a symmetric key
 * ("Requirements for imported key material" in the KMS guide).
 * @throws IncorrectKeyMaterialException when they are not a key of `spec`
 */
export const readMaterial = (spec: KeySpec, bytes: Buffer, region: string): KeyMaterial => {
  const refused = new KmsError('IncorrectKeyMaterialException', `Key material is not valid for ${spec}.`);
  let material: KeyMaterial;
  try {
    material = spec === 'SYMMETRIC_DEFAULT' ? readSecret(bytes, region) : readPrivateKey(bytes);
  } catch {
    throw refused;
  }
  if (material.spec !== spec) throw refused;
  return material;
};

/** Tells materials apart; bound to the key, so that it is no fingerprint to find the same secret elsewhere by. */
export const materialIdOf = (keyId: string, material: KeyMaterial): string => {
  // Through the key object, not the bytes that came in: two encodings of one key are the same material.
  const bytes =
    material.kind === 'rsa' ? material.privateKey.export({ type: 'pkcs8', format: 'der' }) : material.secret;
  return createHash('sha256').update(keyId).update(bytes).digest('hex');
};
