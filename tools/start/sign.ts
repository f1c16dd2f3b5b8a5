import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256, targetOf } from '../../test/aws/sigv4.ts';

/** With what calls are signed, and for where. */
export type Signing = { region: string; accessKeyId: string; secretAccessKey: string };

/** @returns the headers of the call, signed for API Gateway. */
export type Sign = (call: {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | undefined;
}) => Promise<Record<string, string>>;

export const createSign = ({ region, ...credentials }: Signing): Sign => {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  return async ({ method, url, headers, body }) => {
    const { protocol, hostname, host, pathname, search } = url;
    const request = { method, protocol, hostname, headers: { ...headers, host }, body };
    return (await signer.sign({ ...request, ...targetOf(pathname + search) })).headers;
  };
};
