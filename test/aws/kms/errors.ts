/** The names AWS KMS puts into `__type`, its own errors and those of the layers in front of it. */
export type KmsErrorName =
  | 'AccessDeniedException'
  | 'DependencyTimeoutException'
  | 'DisabledException'
  | 'IncompleteSignatureException'
  | 'IncorrectKeyException'
  | 'IncorrectKeyMaterialException'
  | 'InvalidCiphertextException'
  | 'InvalidImportTokenException'
  | 'InvalidKeyUsageException'
  | 'InvalidMarkerException'
  | 'InvalidSignatureException'
  | 'KeyUnavailableException'
  | 'KMSInternalException'
  | 'KMSInvalidStateException'
  | 'LimitExceededException'
  | 'MissingAuthenticationTokenException'
  | 'NotFoundException'
  | 'SerializationException'
  | 'TagException'
  | 'ThrottlingException'
  | 'UnknownOperationException'
  | 'UnrecognizedClientException'
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
