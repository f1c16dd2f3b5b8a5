/** Each thing that is not done, with what its sentence names. */
export type RefusalParameters = {
  'request.not_local': { names: string };
  'request.too_long': { bytes: number };
  'request.unknown': object;
  /** What was sent is none of the words. */
  'word.unknown': { words: string };
  'call.unknown': object;
  'call.shape': object;
  'merchant.unknown': { mchid: string };
  'merchant.exists': { mchid: string };
  'merchant.shape': object;
  /** `problem`: what the reader of certificates says, in English. */
  'merchant.certificate': { problem: string };
  'certificate.most': { mchid: string; most: number; serials: string };
  'certificate.unknown': { mchid: string; serials: string };
  'csr.unreadable': object;
  'csr.key': object;
  'csr.signature': object;
  'csr.name': { mchid: string };
  'public_key.missing': { mchid: string };
  'api_v3_key.format': object;
  'api_v3_key.missing': { mchid: string };
  'notify_url.format': object;
  'notify_url.missing': { mchid: string };
  'notification.shape': object;
  'private_key.missing': { mchid: string };
  'field.too_long': { pointer: string; bytes: number };
  'product.missing': object;
  'product.request_unknown': object;
  'product.shape': object;
  'clock.shape': object;
  'times.shape': object;
  'platform_certificate.unknown': object;
  'fault.member': { name: string };
  'presign.unknown': { id: string };
  'presign.no_contract': { path: string };
  'presign.signed': { id: string };
  'presign.given_up': object;
  'presign.expired': { hours: number };
  'contract.unknown': { id: string };
  /** `state` is WeChat Pay's word. */
  'contract.ended': { state: string };
  'contract.paused': { state: string };
  'contract.can_pause': { state: string };
  'contract.cannot_pause': { state: string };
};
export type RefusalCode = keyof RefusalParameters;
