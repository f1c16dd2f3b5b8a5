import type { Fault } from './faults.ts';
import { type Input, optionalString, requiredBlob, stringMap } from './input.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One HTTP request that reached the sandbox, in order of arrival. Members are absent until they are known. */
export type KmsCall = {
  /** What followed `TrentService.`, or an empty string. */
  readonly operation: string;
  /** When it arrived, in milliseconds of the sandbox's clock. */
  readonly at: number;
  /** HTTP status of the answer; 0 while there is none, and for good after a hang or a reset. */
  readonly status: number;
  /** Empty when the request carried no usable Authorization header. */
  readonly accessKeyId: string;
  readonly errorName?: string;
  /** The fault that struck it. */
  readonly fault?: Fault['kind'];
  /** The key as the caller named it. */
  readonly keyId?: string;
  /** The key that reference stood for. */
  readonly keyArn?: string;
  readonly encryptionContext?: Readonly<Record<string, string>>;
  readonly signingAlgorithm?: string;
  /** RAW when the caller left it out, as for AWS. */
  readonly messageType?: string;
  readonly messageBytes?: number;
  readonly message?: Buffer;
  /** base64, of a Sign that was answered. */
  readonly signature?: string;
  readonly wrappingAlgorithm?: string;
};

export type CallRecord = Mutable<KmsCall>;

const MAX_LOGGED = 1 << 20;

/** Copies into the record what a test may ask about; a malformed member is an error, as it would be later on. */
export const describeInput = (record: CallRecord, input: Input): void => {
  const keyId = optionalString(input, 'KeyId') ?? optionalString(input, 'TargetKeyId');
  if (keyId !== undefined) record.keyId = keyId;
  const context = stringMap(input, 'EncryptionContext');
  if (context !== undefined) record.encryptionContext = context;
  const wrapping = optionalString(input, 'WrappingAlgorithm');
  if (wrapping !== undefined) record.wrappingAlgorithm = wrapping;
  const algorithm = optionalString(input, 'SigningAlgorithm');
  if (algorithm === undefined) return;
  record.signingAlgorithm = algorithm;
  record.messageType = optionalString(input, 'MessageType') ?? 'RAW';
  if (optionalString(input, 'Message') === undefined) return;
  record.message = requiredBlob(input, 'Message', 0, MAX_LOGGED);
  record.messageBytes = record.message.length;
};
