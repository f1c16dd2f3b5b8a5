import type { Finding } from './anatomy.ts';
import { readAuthorization } from './diagnosis/authorization.ts';
import { examineFields } from './diagnosis/fields.ts';
import { type Examined, hasPassed, type Items, type Known, when } from './diagnosis/known.ts';
import { examinePlatformKey } from './diagnosis/platform-key.ts';
import { examineSerial } from './diagnosis/serial.ts';
import { examineSignature } from './diagnosis/signature.ts';
import { parseJson } from './json.ts';

const LIMIT_SECONDS = 300;

/**
 * What is wrong with a call that was refused, and where to look: everything that can be seen, not the first thing alone.
 * Changes nothing.
 */
export function diagnose(request: Examined, known: Known): Finding[] {
  const { findings, items } = readAuthorization(request.headers['authorization']);
  const merchant = known.merchants.find(({ mchid }) => mchid === items?.mchid);
  return [
    ...when(!known.isPlayed, () => ({ code: 'path.not_played', params: {} })),
    ...examineHeaders(request),
    ...findings,
    ...when(items !== undefined && !merchant, () => ({
      code: 'mchid.unknown',
      params: { mchid: items?.mchid ?? '' },
    })),
    ...(items ? examineTime(request, items, known) : []),
    ...(items && merchant && !hasPassed(request, 'signature')
      ? [
          ...examineSerial(items.serial_no, merchant, known),
          ...examineNonce(request, items, merchant.nonces),
          ...examineSignature(request, items, merchant, known),
        ]
      : []),
    ...examineBody(request),
    ...(merchant
      ? [...examinePlatformKey(request, merchant, known), ...examineFields(request, merchant, known)]
      : []),
  ];
}

function examineHeaders({ headers, body }: Examined): Finding[] {
  const missing = ['User-Agent', 'Accept'].filter((name) => !headers[name.toLowerCase()]);
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const isWrong = body.length > 0 && !/^(application\/json|multipart\/form-data)$/i.test(type.trim());
  return [
    ...missing.map((name): Finding => ({ code: 'header.missing', params: { name } })),
    ...when(isWrong, () => ({ code: 'header.content_type', params: {} })),
  ];
}

function examineTime(request: Examined, { timestamp }: Items, { now }: Known): Finding[] {
  if (hasPassed(request, 'clock')) return [];
  if (/^\d{13}$/.test(timestamp)) return [{ code: 'timestamp.milliseconds', params: {} }];
  if (!/^[1-9]\d{0,11}$/.test(timestamp)) return [{ code: 'timestamp.not_a_number', params: {} }];
  const seconds = Math.floor(now / 1000) - Number(timestamp);
  if (Math.abs(seconds) <= LIMIT_SECONDS) return [];
  return seconds > 0
    ? [{ code: 'timestamp.behind', params: { seconds } }]
    : [{ code: 'timestamp.ahead', params: { seconds: -seconds } }];
}

function examineNonce(request: Examined, { nonce_str }: Items, used: ReadonlySet<string>): Finding[] {
  if (hasPassed(request, 'nonce')) return [];
  if (!/^[\x21-\x7e]{1,128}$/.test(nonce_str)) return [{ code: 'nonce.format', params: {} }];
  return used.has(nonce_str) ? [{ code: 'nonce.used', params: {} }] : [];
}

function examineBody(request: Examined): Finding[] {
  const { body, headers } = request;
  if (hasPassed(request, 'body') || body.length === 0) return [];
  if (/^multipart\//i.test(headers['content-type'] ?? '')) return [];
  const json = parseJson(body.toString());
  if (json === undefined) return [{ code: 'body.not_json', params: {} }];
  return typeof json === 'string' ? [{ code: 'body.encoded_twice', params: {} }] : [];
}
