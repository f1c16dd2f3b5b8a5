import { constants, publicEncrypt } from 'node:crypto';
import { answerJson } from './answer.ts';
import { judgeBody } from './judge-body.ts';
import type { Merchant, MerchantCertificate } from './merchants.ts';
import { isNotifyUrl } from './notify-url.ts';
import type { BodyRules } from './rules.ts';
import type { Call, Notice } from './types.ts';
import type { Judgement, World } from './world.ts';

export const ECHO_PATH = '/v3/security/echo';

/** https://pay.weixin.qq.com/doc/v3/merchant/4014551946. The real one takes https alone. */
export const ECHO_RULES: BodyRules = {
  members: {
    echo_message: { kind: 'string', required: true },
    encrypted_echo_message: { kind: 'sensitive' },
    notify_url: { kind: 'string' },
  },
  rule({ notify_url: value }) {
    if (value === undefined || isNotifyUrl(value)) return undefined;
    return { field: '/body/notify_url', value, issue: 'must be an http or https URL without a query' };
  },
};

/** `POST /v3/security/echo`: says back what it was told, to prove that both sides sign, encrypt and decrypt alike. */
export const judgeEcho = (call: Call, merchant: Merchant, world: World): Judgement =>
  judgeBody(call, ECHO_RULES, merchant, world, ({ plainBody }) => {
    const { echo_message, encrypted_echo_message, notify_url } = plainBody;
    const encrypted = sealFor(merchant.certificates.get(call.serial ?? ''), encrypted_echo_message);
    if (typeof notify_url === 'string')
      world.notifier.notify(merchant.mchid, noticeOf(echo_message, encrypted), notify_url);
    return answerJson({ echo_message, encrypted_echo_message: encrypted });
  });

/**
 * https://pay.weixin.qq.com/doc/v3/merchant/4015164042; the names of the members are from another's code that cites it.
 * Assumed: the second is encrypted as it is in the answer, and what is associated.
 */
const noticeOf = (echo_message: unknown, encrypt_echo_message: string | undefined): Notice => ({
  eventType: 'SECURITY_ECHO.SUCCESS',
  originalType: 'security',
  associatedData: 'security',
  resource: { echo_message, encrypt_echo_message },
});

/** As WeChat Pay encrypts what it answers: for the certificate that signed the request. */
function sealFor(certificate: MerchantCertificate | undefined, plaintext: unknown): string | undefined {
  if (!certificate || typeof plaintext !== 'string') return undefined;
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  return publicEncrypt({ key: certificate.publicKey, ...padding }, Buffer.from(plaintext)).toString('base64');
}
