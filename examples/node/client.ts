import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import createClient, { type Middleware } from 'openapi-fetch';
import { required } from './environment.ts';
import type { paths } from './openapi.d.ts';

const signer = new SignatureV4({
  service: 'execute-api',
  region: required('AWS_REGION'),
  credentials: defaultProvider(),
  sha256: Hash.bind(null, 'sha256'),
});

/** Signs the call with the credentials of this process, at the time of this attempt. */
const sign: Middleware = {
  onRequest: async ({ request }) => {
    const { protocol, hostname, host, pathname, searchParams } = new URL(request.url);
    const body = await request.clone().text();
    const signed = await signer.sign({
      method: request.method,
      protocol,
      hostname,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { ...Object.fromEntries(request.headers), host },
      ...(body === '' ? {} : { body }),
    });
    return new Request(request, { headers: signed.headers });
  },
};

/** The API, with the types of docs/openapi.json. */
export const client = createClient<paths>({ baseUrl: required('PRESIGN_API') });
client.use(sign);
