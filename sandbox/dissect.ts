import {
  type CallAnatomy,
  type CallSummary,
  CHECKS,
  type Check,
  type Content,
  type FieldAnatomy,
} from './anatomy.ts';
import { parseItems } from './authorization.ts';
import { tell } from './diagnosis/tell.ts';
import { signedBody } from './signed-body.ts';
import type { Call } from './types.ts';

const MOST_BYTES = 65_536;

export const summarise = (call: Readonly<Call>): CallSummary => ({
  n: call.n,
  at: new Date(call.at).toISOString(),
  host: call.host,
  method: call.method,
  target: call.path,
  mchid: call.mchid,
  status: call.status,
  code: call.code,
  request_id: call.requestId,
  fault: call.fault,
  processed: call.processed,
  findings: call.findings.map(tell),
});

/** All there is to see of a call. */
export const dissect = (call: Readonly<Call>): CallAnatomy => ({
  ...summarise(call),
  headers: call.headers,
  body: contentOf(call.body, call.body.length),
  authorization: authorizationOf(call),
  message: call.timestamp === undefined ? undefined : messageOf(call),
  certificate_serial: call.checks.certificate === 'passed' ? call.serial : undefined,
  platform_serial: call.platformSerial,
  checks: checksOf(call),
  fields: fieldsOf(call),
  answer: answerOf(call),
});

function contentOf(content: Buffer, bytes: number): Content {
  const part = content.subarray(0, MOST_BYTES);
  const text = part.toString();
  // A character that was cut in two at the end is no reason for base64.
  const isText = Buffer.from(text).equals(part) || content.length > MOST_BYTES;
  return isText ? { bytes, text } : { bytes, base64: part.toString('base64') };
}

/** The Authorization header taken apart, where that can be done. */
export function authorizationOf({ headers }: Readonly<Call>) {
  const [, scheme = '', list = ''] = /^(\S+) (.*)$/.exec(headers['authorization'] ?? '') ?? [];
  const items = parseItems(list);
  return items && { scheme, items };
}

function messageOf(call: Readonly<Call>): string {
  const { method, path, timestamp, nonce } = call;
  const body = signedBody(call).subarray(0, MOST_BYTES).toString();
  return `${[method, path, timestamp, nonce, body].join('\n')}\n`;
}

const checksOf = ({ checks }: Readonly<Call>): Check[] =>
  CHECKS.map((name) => ({ name, outcome: checks[name] ?? 'skipped' }));

/** Those of a call that was refused, or that were opened. */
function fieldsOf({ sealed, decrypted = {} }: Readonly<Call>): FieldAnatomy[] {
  const pointers = new Set([...sealed, ...Object.keys(decrypted)]);
  return [...pointers].map((pointer) => ({ pointer, plaintext: decrypted[pointer] }));
}

function answerOf({ answer }: Readonly<Call>): CallAnatomy['answer'] {
  if (!answer) return undefined;
  const { status, headers, body } = answer;
  const { 'Wechatpay-Timestamp': timestamp, 'Wechatpay-Nonce': nonce } = headers;
  const message = timestamp === undefined ? undefined : `${timestamp}\n${nonce}\n${body.toString()}\n`;
  return { status, headers, body: contentOf(body, answer.bytes), message };
}
