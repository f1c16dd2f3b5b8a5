import { createAlias, deleteAlias, listAliases, updateAlias } from './alias-operations.ts';
import { decrypt, encrypt } from './encrypt-operations.ts';
import { deleteImportedKeyMaterial, getParametersForImport, importKeyMaterial } from './import-operations.ts';
import {
  createKey,
  describeKey,
  getPublicKey,
  listKeys,
  listResourceTags,
  tagResource,
} from './key-operations.ts';
import type { Operation } from './operation.ts';
import { sign, verify } from './sign-operations.ts';
import { cancelKeyDeletion, disableKey, enableKey, scheduleKeyDeletion } from './state-operations.ts';

/** Every operation the sandbox knows, by the name in `X-Amz-Target: TrentService.<name>`. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['CancelKeyDeletion', cancelKeyDeletion],
  ['CreateAlias', createAlias],
  ['CreateKey', createKey],
  ['Decrypt', decrypt],
  ['DeleteAlias', deleteAlias],
  ['DeleteImportedKeyMaterial', deleteImportedKeyMaterial],
  ['DescribeKey', describeKey],
  ['DisableKey', disableKey],
  ['EnableKey', enableKey],
  ['Encrypt', encrypt],
  ['GetParametersForImport', getParametersForImport],
  ['GetPublicKey', getPublicKey],
  ['ImportKeyMaterial', importKeyMaterial],
  ['ListAliases', listAliases],
  ['ListKeys', listKeys],
  ['ListResourceTags', listResourceTags],
  ['ScheduleKeyDeletion', scheduleKeyDeletion],
  ['Sign', sign],
  ['TagResource', tagResource],
  ['UpdateAlias', updateAlias],
  ['Verify', verify],
]);
