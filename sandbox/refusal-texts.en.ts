import type { RefusalCode } from './refusal-codes.ts';

/** Why something is not done, and what to do. `{name}` stands for a parameter of the refusal. */
export const ENGLISH: Readonly<Record<RefusalCode, string>> = {
  'request.not_local': 'This is for programs on this machine, by the name {names}.',
  'request.too_long': 'More than {bytes} bytes were sent.',
  'request.unknown': 'There is no such thing here. GET /__sandbox/openapi.json tells what is.',
  'word.unknown': 'Give one of these words: {words}.',
  'call.unknown': 'There is no such call, or none any more. GET /__sandbox/calls shows those there are.',
  'call.shape':
    'Send JSON: {"method": "GET" or "POST", "target": "/v3/…", "body"?: {…}}; the target without its host.',
  'merchant.unknown': 'WeChat Pay has no merchant {mchid} here. Its first certificate makes it one.',
  'merchant.exists': 'There is a merchant {mchid} already.',
  'merchant.shape':
    'Send JSON: {"mchid": "…"} and, if wanted, "mode" (certificate, public-key or both), "apiV3Key" (32 letters and digits), "notifyUrl", "certificatePem".',
  'merchant.certificate': 'This certificate cannot be used: {problem}.',
  'certificate.most':
    '{mchid} has {most} certificates in force, and may have no more. Revoke one: {serials}.',
  'certificate.unknown': '{mchid} has no certificate with this serial. In force: {serials}.',
  'csr.unreadable': 'This is no certificate request (PKCS#10, in PEM). Give the file that `csr` wrote.',
  'csr.key': 'The key of this request is not RSA with 2048 bits.',
  'csr.signature': 'The signature of this request does not hold: it was changed, or badly made.',
  'csr.name': 'The common name of this request is not {mchid}.',
  'public_key.missing': '{mchid} has no WeChat Pay public key.',
  'api_v3_key.format': 'An APIv3 key has 32 characters, digits and letters only.',
  'api_v3_key.missing': '{mchid} is sent nothing before it has an APIv3 key. PUT api-v3-key.',
  'notify_url.format': 'Give the whole URL, http or https, without a query.',
  'notify_url.missing': '{mchid} has no address for notifications. PUT notify-url.',
  'notification.shape':
    'Send JSON: {"event_type": "…", "resource": {…}}, and as texts, if wanted: original_type, associated_data, summary.',
  'private_key.missing': 'The private key of {mchid} is not here: it cannot be signed for. Add a merchant.',
  'field.too_long': '{pointer} is too long to be encrypted: {bytes} bytes at most.',
  'product.missing': 'No product runs beside this sandbox, or it cannot be asked yet.',
  'product.request_unknown':
    'There is no such request of the product, or none any more. GET /__sandbox/product/requests shows those there are.',
  'product.shape':
    'Send JSON: {"method", "target": "/…", "body"?: {…}} to product/requests, {"name", "body": {…}} to product/events. GET /__sandbox/product tells what it can be asked.',
  'clock.shape': 'Send JSON: {"offset_seconds": 420}. It is how far this clock is ahead; negative, behind.',
  'times.shape': 'Send JSON, both if wanted: {"not_before": "2026-01-01T00:00:00Z", "not_after": "…"}.',
  'platform_certificate.unknown':
    'There is no such certificate. GET /__sandbox/platform/certificates lists them.',
  'fault.member': '{name} is missing, unknown or not what it must be.',
  'presign.unknown': 'There is no pre-sign {id} here. GET /__sandbox/presigns shows those there are.',
  'presign.no_contract': 'Give the row of {path} in endpoints.ts a `contract`: it has none.',
  'presign.signed': 'The user has signed this already: it is contract {id}.',
  'presign.given_up': 'The user has given this up. Pre-sign again.',
  'presign.expired': 'This could be signed for {hours} hours, and no longer. Pre-sign again.',
  'contract.unknown': 'There is no contract {id} here. GET /__sandbox/contracts shows those there are.',
  'contract.ended': 'This contract is {state}: that is for good, pre-sign again.',
  'contract.paused': 'This contract is {state}: it can be resumed or ended.',
  'contract.can_pause': 'This contract is {state}: it can be paused or ended.',
  'contract.cannot_pause': 'This contract is {state}: it can be ended, and never paused.',
};
