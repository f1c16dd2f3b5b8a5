import { createHash } from 'node:crypto';
import type { Finding, FindingCode } from '../anatomy.ts';
import { parseJson } from '../json.ts';
import { signedBody } from '../signed-body.ts';
import type { Examined, Items } from './known.ts';
import { serialisations } from './reserialise.ts';

/** A part of the message as it was perhaps signed. The one that should have been has no finding. */
type Variant<T> = { readonly value: T; readonly finding?: Finding };
type Lines = readonly [method: string, url: string, timestamp: string, nonce: string];
type UrlCode = Extract<FindingCode, `message.url_${string}`>;
type Frame = (lines: Lines, body: Buffer) => Buffer;

/** Bodies beyond this are not written anew in fifty ways, and differ in one thing at most: that would take seconds. */
const MOST_BYTES = 16_384;

const framed =
  (newline: string, end = newline, order = (lines: Lines): readonly string[] => lines): Frame =>
  (lines, body) =>
    Buffer.concat([Buffer.from(order(lines).join(newline) + newline), body, Buffer.from(end)]);

const FRAMES: readonly Variant<Frame>[] = [
  { value: framed('\n') },
  { value: framed('\n', ''), finding: { code: 'message.no_last_newline', params: {} } },
  { value: framed('\\n'), finding: { code: 'message.literal_newlines', params: {} } },
  { value: framed('\r\n'), finding: { code: 'message.crlf', params: {} } },
  {
    value: framed('\n', '\n', ([method, url, timestamp, nonce]) => [method, url, nonce, timestamp]),
    finding: { code: 'message.order', params: {} },
  },
];

const methodsOf = (method: string): Variant<string>[] => [
  { value: method },
  ...['GET', 'POST', 'PUT', 'DELETE', 'PATCH', method.toLowerCase()]
    .filter((other) => other !== method)
    .map(
      (value): Variant<string> => ({ value, finding: { code: 'message.method', params: { method: value } } }),
    ),
];

function urlsOf({ path, headers }: Examined): Variant<string>[] {
  const hosts = [headers['host'] ?? '', 'api.mch.weixin.qq.com'];
  const bare = path.replace(/\?.*$/, '');
  const others: [string, UrlCode][] = [
    [bare, 'message.url_without_query'],
    ...hosts.flatMap((host) =>
      ['https://', 'http://', ''].map((scheme): [string, UrlCode] => [
        `${scheme}${host}${path}`,
        'message.url_with_host',
      ]),
    ),
    [decode(path), 'message.url_decoded'],
    [path.replaceAll('%', '%25'), 'message.url_encoded_twice'],
    [path.replaceAll('%25', '%'), 'message.url_encoded_twice'],
    [path.slice(1), 'message.url_slash'],
    [`${path}/`, 'message.url_slash'],
    [path.replace(/\/$/, ''), 'message.url_slash'],
  ];
  return [
    { value: path },
    ...others
      .filter(([value]) => value !== path)
      .map(([value, code]): Variant<string> => ({ value, finding: { code, params: {} } })),
  ];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function bodiesOf(body: Buffer): Variant<Buffer>[] {
  const text = body.toString();
  const variants: Variant<string>[] = [
    { value: '', finding: { code: 'message.no_body', params: {} } },
    ...[text.trim(), `${text}\n`, text.replace(/^\ufeff/, '')].map(
      (value): Variant<string> => ({ value, finding: { code: 'message.body_trimmed', params: {} } }),
    ),
    { value: JSON.stringify(text), finding: { code: 'message.body_encoded_twice', params: {} } },
    ...rewritten(text),
  ];
  const others = variants.filter(({ value }) => value !== text);
  return [{ value: body }, ...others.map((other) => ({ ...other, value: Buffer.from(other.value) }))];
}

function rewritten(text: string): Variant<string>[] {
  const json = text.length > MOST_BYTES ? undefined : parseJson(text);
  if (typeof json === 'string')
    return [{ value: json, finding: { code: 'message.body_encoded_twice', params: {} } }];
  if (typeof json !== 'object') return [];
  return [...serialisations(json)].map(({ style, text: value }) => ({
    value,
    finding: { code: 'message.body_reserialised', params: { style } },
  }));
}

/**
 * How the message whose SHA-256 was signed differs from the one that should have been: in as few ways as possible, two at
 * most. @returns nothing, where it does not differ.
 */
export function explainDigest(digest: Buffer, request: Examined, items: Items): readonly Finding[] {
  const signed = signedBody(request);
  const [bodies, urls, methods] = [bodiesOf(signed), urlsOf(request), methodsOf(request.method)];
  const most = signed.length > MOST_BYTES ? 1 : 2;
  let best: readonly Finding[] | undefined;
  for (const frame of FRAMES)
    for (const method of methods)
      for (const url of urls)
        for (const body of bodies) {
          const findings = [method, url, frame, body].flatMap(({ finding }) => finding ?? []);
          if (findings.length > most || (best && best.length <= findings.length)) continue;
          const lines: Lines = [method.value, url.value, items.timestamp, items.nonce_str];
          if (sha256(frame.value(lines, body.value)).equals(digest)) best = findings;
        }
  return best ?? [{ code: 'message.other', params: {} }];
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
