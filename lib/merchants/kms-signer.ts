import { createHash } from 'node:crypto';
import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { fault } from '../errors.ts';
import { unlessLate } from '../invocation.ts';
import type { Signature } from '../wechatpay/message.ts';
import { kmsFault } from './kms-faults.ts';
import type { MerchantRecord } from './record.ts';

/** A merchant's signing key in KMS and the serial of the certificate that belongs to it: only ever used together. */
export type SigningPair = { mchid: string; certificateSerial: string; signingKeyArn: string };

export const pairOf = ({ mchid, certificate_serial, signing_key_arn }: MerchantRecord): SigningPair => ({
  mchid,
  certificateSerial: certificate_serial,
  signingKeyArn: signing_key_arn,
});

export type SignWith = (pair: SigningPair, message: Buffer, signal?: AbortSignal) => Promise<Signature>;

/**
 * Signs in KMS: RSASSA-PKCS1-v1_5 with SHA-256. Only the digest leaves the process, so size never matters and no
 * ciphertext reaches KMS. A key named by an alias could be swapped under us, hence the check of the answer.
 * @param onSigned told how long KMS took, in milliseconds.
 */
export const createKmsSigner =
  (kms: KMSClient, onSigned: (durationMs: number) => void = () => {}): SignWith =>
  async ({ mchid, certificateSerial, signingKeyArn }, message, signal) => {
    const started = performance.now();
    const command = new SignCommand({
      KeyId: signingKeyArn,
      Message: createHash('sha256').update(message).digest(),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    });
    // Given the signal, the SDK would put its middleware together anew for each call. So a late call runs on, unheard.
    const { KeyId, Signature: bytes } = await unlessLate(kms.send(command), signal).catch(
      (error: unknown) => {
        throw kmsFault(error);
      },
    );
    onSigned(performance.now() - started);
    if (KeyId !== signingKeyArn || bytes === undefined) {
      throw fault('SERVICE_UNAVAILABLE', 'kms_wrong_key', { retryAfter: 60 });
    }
    return { mchid, serial: certificateSerial, signature: Buffer.from(bytes).toString('base64') };
  };
