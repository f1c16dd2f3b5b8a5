import { sealAead } from './aead.ts';
import { answerJson } from './answer.ts';
import type { Merchant } from './merchants.ts';
import { readParameters } from './parameters.ts';
import type { Platform } from './platform.ts';
import { refuse } from './refusals.ts';
import type { Members } from './rules.ts';
import { beijingTime } from './time.ts';
import type { Answer } from './types.ts';
import type { Judgement } from './world.ts';

export const CERTIFICATES_PATH = '/v3/certificates';

/** Assumed from what other clients send. */
const QUERY: Members = { algorithm_type: { kind: 'string', values: ['RSA', 'SM2', 'ALL'] } };

/**
 * `GET /v3/certificates`: every unexpired certificate, each encrypted with the caller's APIv3 key. All of them are RSA's;
 * assumed: whoever asks for SM2 alone is told that there is none.
 */
export function judgeCertificates(query: string, merchant: Merchant, platform: Platform): Judgement {
  const read = readParameters({ path: {}, query: QUERY }, [], query);
  if ('refusal' in read) return { merchant, refusal: read.refusal };
  const wantsRsa = read.values['algorithm_type'] !== 'SM2';
  return {
    merchant,
    act: () => (wantsRsa ? answerCertificates(merchant, platform) : noCertificate(merchant)),
  };
}

function answerCertificates(merchant: Merchant, platform: Platform): Answer {
  const certificates = platform.certificates();
  if (merchant.mode === 'public-key' || certificates.length === 0) return noCertificate(merchant);
  const data = certificates.map((certificate) => ({
    serial_no: certificate.serial,
    effective_time: beijingTime(certificate.notBefore.getTime()),
    expire_time: beijingTime(certificate.notAfter.getTime()),
    encrypt_certificate: sealAead(certificate.certificatePem, merchant.apiV3Key, 'certificate'),
  }));
  return answerJson({ data });
}

function noCertificate({ noCertificateAnswer: code }: Merchant): Answer {
  if (code === 'SYSTEM_ERROR') return refuse(500, code, '系统异常，请稍后重试');
  return refuse(404, code, '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥');
}
