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
import { sign } from './sign-operations.ts';
import { disableKey, enableKey, scheduleKeyDeletion } from './state-operations.ts';

/** What the product and test/contract call, by the name in `X-Amz-Target: TrentService.<name>`. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['CreateKey', createKey],
  ['Decrypt', decrypt],
  ['DeleteImportedKeyMaterial', deleteImportedKeyMaterial],
  ['DescribeKey', describeKey],
  ['DisableKey', disableKey],
  ['EnableKey', enableKey],
  ['Encrypt', encrypt],
  ['GetParametersForImport', getParametersForImport],
  ['GetPublicKey', getPublicKey],
  ['ImportKeyMaterial', importKeyMaterial],
  ['ListKeys', listKeys],
  ['ListResourceTags', listResourceTags],
  ['ScheduleKeyDeletion', scheduleKeyDeletion],
  ['Sign', sign],
  ['TagResource', tagResource],
]);
