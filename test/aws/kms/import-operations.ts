import { KmsError } from './errors.ts';
import {
  createImportParameters,
  type ImportParameters,
  isHybrid,
  unwrap,
  WRAPPING_ALGORITHMS,
} from './import-parameters.ts';
import {
  type Input,
  optionalChoice,
  optionalString,
  optionalTimestamp,
  requiredBlob,
  requiredChoice,
} from './input.ts';
import { type Expiration, installMaterial, type KmsKey, withdrawMaterial } from './keys.ts';
import { materialIdOf, RSA_SPECS, readMaterial } from './material.ts';
import { invalidState, managingKey, requireManageable, seconds } from './operation.ts';
import { isChina } from './region.ts';

/** Known to AWS: the first withdrawn in 2023, the second for SM2 keys in the China Regions. */
const OTHER_ALGORITHMS = ['RSAES_PKCS1_V1_5', 'SM2PKE'] as const;
const OTHER_SPECS = ['SM2'] as const;
const EXPIRATION_MODELS = ['KEY_MATERIAL_DOES_NOT_EXPIRE', 'KEY_MATERIAL_EXPIRES'] as const;
const MAX_BLOB = 6144;
const LONGEST_VALIDITY_MS = 365 * 86_400_000;

const unsupported = (message: string): KmsError => new KmsError('UnsupportedOperationException', message);
const invalid = (message: string): KmsError => new KmsError('ValidationException', message);

const requireExternal = (key: KmsKey): void => {
  if (key.origin === 'EXTERNAL') return;
  throw unsupported(`${key.arn} origin is ${key.origin} which is not valid for this operation.`);
};

/** Members about the several materials a symmetric key can rotate through, which the sandbox has no idea of. */
const refuseRotation = (input: Input): void => {
  for (const name of ['ImportType', 'KeyMaterialDescription', 'KeyMaterialId']) {
    if (optionalString(input, name) !== undefined) throw unsupported(`The sandbox has no ${name}`);
  }
};

/**
 * RSA material is longer than an OAEP block holds, so it needs the hybrid form, which in turn is for private keys
 * only. AWS's text lets this be refused as "a specified parameter is not supported"; it names no other error.
 */
const readAlgorithm = (input: Input, key: KmsKey, region: string) => {
  const wanted = requiredChoice(input, 'WrappingAlgorithm', [...WRAPPING_ALGORITHMS, ...OTHER_ALGORITHMS]);
  const algorithm = WRAPPING_ALGORITHMS.find((name) => name === wanted);
  if (algorithm === undefined) throw unsupported(`WrappingAlgorithm ${wanted} is not supported.`);
  if (isHybrid(algorithm) && isChina(region)) {
    throw unsupported(`WrappingAlgorithm ${wanted} is not supported in this region.`);
  }
  if (isHybrid(algorithm) === (key.spec === 'SYMMETRIC_DEFAULT')) {
    throw unsupported(`WrappingAlgorithm ${wanted} is not supported for key spec ${key.spec}.`);
  }
  return algorithm;
};

export const getParametersForImport = managingKey(async (key, { input, region, now }) => {
  const wanted = requiredChoice(input, 'WrappingKeySpec', [...RSA_SPECS, ...OTHER_SPECS]);
  requireExternal(key);
  requireManageable(key);
  const algorithm = readAlgorithm(input, key, region);
  const spec = RSA_SPECS.find((name) => name === wanted);
  if (spec === undefined) throw unsupported(`WrappingKeySpec ${wanted} is not supported.`);
  const parameters = await createImportParameters(algorithm, spec, now);
  key.importParameters = parameters;
  return {
    KeyId: key.arn,
    ImportToken: parameters.token.toString('base64'),
    PublicKey: parameters.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    ParametersValidTo: seconds(parameters.validTo),
  };
});

const readExpiration = (input: Input, now: number): Expiration => {
  const model = optionalChoice(input, 'ExpirationModel', EXPIRATION_MODELS) ?? 'KEY_MATERIAL_EXPIRES';
  const validTo = optionalTimestamp(input, 'ValidTo');
  if (model === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (validTo !== undefined)
      throw invalid(`A validTo date must not be set if the ExpirationModel is ${model}`);
    return { model };
  }
  if (validTo === undefined) throw invalid(`A validTo date must be set if the ExpirationModel is ${model}`);
  if (validTo <= now || validTo > now + LONGEST_VALIDITY_MS) {
    throw invalid('The validTo date must be in the future and at most 365 days from now');
  }
  return { model, validTo };
};

const parametersOf = (key: KmsKey, token: Buffer, now: number): ImportParameters => {
  const parameters = key.importParameters;
  if (parameters === undefined || !parameters.token.equals(token)) {
    throw new KmsError('InvalidImportTokenException', 'The import token is not the one of this key.');
  }
  if (parameters.validTo <= now) {
    throw new KmsError('ExpiredImportTokenException', 'The import token has expired.');
  }
  return parameters;
};

export const importKeyMaterial = managingKey((key, { input, region, now }) => {
  const token = requiredBlob(input, 'ImportToken', 1, MAX_BLOB);
  const blob = requiredBlob(input, 'EncryptedKeyMaterial', 1, MAX_BLOB);
  requireExternal(key);
  refuseRotation(input);
  requireManageable(key);
  if (key.state === 'Disabled') throw invalidState(key, 'disabled');
  const expiration = readExpiration(input, now);
  const material = readMaterial(key.spec, unwrap(parametersOf(key, token, now), blob), region);
  const id = materialIdOf(key.keyId, material);
  if (key.materialId !== undefined && key.materialId !== id) {
    const message = 'The key material is not the key material that was previously imported.';
    throw new KmsError('IncorrectKeyMaterialException', message);
  }
  installMaterial(key, material, expiration);
  return { KeyId: key.arn, KeyMaterialId: id };
});

/** Nothing happens to a key that has none, or keeps waiting for deletion: see the API text. */
export const deleteImportedKeyMaterial = managingKey((key, { input }) => {
  requireExternal(key);
  refuseRotation(input);
  withdrawMaterial(key);
  return { KeyId: key.arn, ...(key.materialId === undefined ? {} : { KeyMaterialId: key.materialId }) };
});
