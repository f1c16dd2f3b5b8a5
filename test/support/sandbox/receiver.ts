import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin';

/** A notification as it came in. */
export type Received = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };
/** A status, or no answer at all. `index` counts from 0. */
export type Answering = (received: Received, index: number) => number | 'nothing';

/** A merchant's server on loopback. */
export async function startReceiver(answering: Answering = () => 204) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const headers = Object.fromEntries(
      Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
    );
    const one = { headers, body: await buffer(request) };
    received.push(one);
    const status = answering(one, received.length - 1);
    if (status !== 'nothing') response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`,
    received,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What an independent client makes of it: whether the signature holds under the key of that serial. */
export function sdkAccepts({ headers, body }: Received, keys: Readonly<Record<string, string>>): boolean {
  const { 'wechatpay-timestamp': time = '', 'wechatpay-nonce': nonce = '', ...rest } = headers;
  const pem = keys[rest['wechatpay-serial'] ?? ''];
  const signature = rest['wechatpay-signature'] ?? '';
  if (pem === undefined) return false;
  return Rsa.verify(
    Formatter.response(time, nonce, `${body}`),
    signature,
    Rsa.from(pem, Rsa.KEY_TYPE_PUBLIC),
  );
}

/** And what it finds inside; throws when the tag does not fit. */
export function sdkOpens({ body }: Received, apiV3Key: string): unknown {
  const { nonce, associated_data, ciphertext } = JSON.parse(body.toString()).resource;
  return JSON.parse(Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associated_data));
}
