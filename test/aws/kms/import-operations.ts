import { KmsError } from './errors.ts';
import { createImportParameters, type ImportParameters, unwrap } from './import-parameters.ts';
import { type Input, optionalChoice, requiredBlob, requiredChoice, requiredString } from './input.ts';
import { type KmsKey, NO_EXPIRY } from './keys.ts';
import { materialIdOf, RSA_SPECS, readMaterial } from './material.ts';
import { invalidState, managingKey, requireManageable, seconds, unsupported } from './operation.ts';

const EXPIRATION_MODELS = [NO_EXPIRY, 'KEY_MATERIAL_EXPIRES'] as const;
const WRAPPING_ALGORITHM = 'RSA_AES_KEY_WRAP_SHA_256';
const MAX_BLOB = 6144;
const VALID_MS = 24 * 3_600_000;

const requireExternal = (key: KmsKey): void => {
  if (key.origin === 'EXTERNAL') return;
  const message = `${key.arn} origin is ${key.origin} which is not valid for this operation.`;
  throw new KmsError('UnsupportedOperationException', message);
};

/**
 * RSA material is longer than an OAEP block holds, so it needs a hybrid form. AWS's text lets another be refused as "a
 * specified parameter is not supported"; it names no other error.
 */
export const getParametersForImport = managingKey(async (key, { input, now }) => {
  const spec = requiredChoice(input, 'WrappingKeySpec', RSA_SPECS);
  const algorithm = requiredString(input, 'WrappingAlgorithm');
  requireExternal(key);
  requireManageable(key);
  if (algorithm !== WRAPPING_ALGORITHM) throw unsupported(`WrappingAlgorithm ${algorithm}`);
  const parameters = await createImportParameters(spec);
  key.importParameters = parameters;
  return {
    KeyId: key.arn,
    ImportToken: parameters.token.toString('base64'),
    PublicKey: parameters.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    ParametersValidTo: seconds(now + VALID_MS),
  };
});

/** Material expires by default, and then needs a date. */
const requireNoExpiry = (input: Input): void => {
  const model = optionalChoice(input, 'ExpirationModel', EXPIRATION_MODELS);
  if (model === NO_EXPIRY) return;
  const message = 'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES';
  throw input['ValidTo'] === undefined
    ? new KmsError('ValidationException', message)
    : unsupported('material that expires');
};

const parametersOf = (key: KmsKey, token: Buffer): ImportParameters => {
  const parameters = key.importParameters;
  if (parameters?.token.equals(token)) return parameters;
  throw new KmsError('InvalidImportTokenException', 'The import token is not the one of this key.');
};

export const importKeyMaterial = managingKey((key, { input }) => {
  const token = requiredBlob(input, 'ImportToken', 1, MAX_BLOB);
  const blob = requiredBlob(input, 'EncryptedKeyMaterial', 1, MAX_BLOB);
  requireExternal(key);
  requireManageable(key);
  if (key.state === 'Disabled') throw invalidState(key, 'disabled');
  requireNoExpiry(input);
  const material = readMaterial(key.spec, unwrap(parametersOf(key, token), blob));
  const id = materialIdOf(key.keyId, material.privateKey);
  if (key.materialId !== undefined && key.materialId !== id) {
    const message = 'The key material is not the key material that was previously imported.';
    throw new KmsError('IncorrectKeyMaterialException', message);
  }
  Object.assign(key, { material, materialId: id, state: 'Enabled' });
  return { KeyId: key.arn, KeyMaterialId: id };
});

/** A key pending deletion stays so, by the API text. */
export const deleteImportedKeyMaterial = managingKey((key) => {
  requireExternal(key);
  key.material = undefined;
  if (key.state !== 'PendingDeletion') key.state = 'PendingImport';
  return { KeyId: key.arn };
});
