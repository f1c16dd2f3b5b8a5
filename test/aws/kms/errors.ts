/** The names AWS KMS puts into `__type`, beside those of sigv4.ts. */
export type KmsErrorName =
  | 'AccessDeniedException'
  | 'DependencyTimeoutException'
  | 'DisabledException'
  | 'IncorrectKeyException'
  | 'IncorrectKeyMaterialException'
  | 'InvalidCiphertextException'
  | 'InvalidImportTokenException'
  | 'InvalidKeyUsageException'
  | 'InvalidMarkerException'
  | 'KeyUnavailableException'
  | 'KMSInternalException'
  | 'KMSInvalidStateException'
  | 'LimitExceededException'
  | 'NotFoundException'
  | 'SerializationException'
  | 'TagException'
  | 'ThrottlingException'
  | 'UnknownOperationException'
  | 'UnsupportedOperationException'
  | 'ValidationException';

const SERVER_FAULTS: ReadonlySet<KmsErrorName> = new Set([
  'DependencyTimeoutException',
  'KeyUnavailableException',
  'KMSInternalException',
]);

/**
 * An answer that is not a success. AWS JSON 1.1 knows two statuses only: 500 for the service's faults and
 * 400 for everything else, NotFoundException and AccessDeniedException included.
 * An empty message is left out of the answer, as AWS does for InvalidCiphertextException.
 */
export class KmsError extends Error {
  override readonly name: KmsErrorName;
  readonly status: 400 | 500;

  constructor(name: KmsErrorName, message = '') {
    super(message);
    this.name = name;
    this.status = SERVER_FAULTS.has(name) ? 500 : 400;
  }
}
