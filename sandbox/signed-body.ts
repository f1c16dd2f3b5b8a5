import type { Call } from './types.ts';

/**
 * What of a body is signed: all of it, but for an upload its part `meta` alone, without the file (as official SDKs have it:
 * wechatpay-go's `Upload`, wechatpay-php's MediaUtil).
 */
export function signedBody({ headers, body }: Pick<Call, 'headers' | 'body'>): Buffer {
  const type = headers['content-type'] ?? '';
  const [, boundary] = /^multipart\/form-data\s*;.*boundary="?([^";]+)/i.exec(type) ?? [];
  return (boundary === undefined ? undefined : metaIn(body, boundary)) ?? body;
}

function metaIn(body: Buffer, boundary: string): Buffer | undefined {
  const line = `--${boundary}`;
  for (let at = body.indexOf(line); at >= 0; ) {
    const next = body.indexOf(line, at + line.length);
    const start = body.indexOf('\r\n\r\n', at) + 4;
    if (start < 4 || next < start) return undefined;
    if (/[\s;]name="?meta"?/i.test(body.subarray(at, start).toString('latin1')))
      return body.subarray(start, next - 2);
    at = next;
  }
  return undefined;
}
