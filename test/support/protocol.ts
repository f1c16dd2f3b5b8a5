import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as streamText } from 'node:stream/consumers';
import { PresignError } from '../../lib/errors.ts';
import { platformKeys, type StoredPlatformKey } from '../../lib/wechatpay/platform-keys.ts';
import type { HttpResponse } from '../../lib/wechatpay/transport.ts';
import type { Certificate } from '../../sandbox/write-certificate.ts';
import { CHILD_ENV } from './child-env.ts';

export const FETCHED_AT = '2026-01-01T00:00:00.000Z';

/** The PresignError that `work` ends with; anything else fails the test. */
export const failureOf = async (work: Promise<unknown>): Promise<PresignError> => {
  const outcome: unknown = await work.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (outcome instanceof PresignError) return outcome;
  throw new Error('expected a PresignError', { cause: outcome });
};

export const storedCertificate = (certificate: Certificate): StoredPlatformKey => ({
  kind: 'CERTIFICATE',
  pem: certificate.certificatePem,
  not_before: certificate.notBefore.toISOString(),
  not_after: certificate.notAfter.toISOString(),
  fetched_at: FETCHED_AT,
});

export const storedPublicKey = (pem: string, fetched_at = FETCHED_AT): StoredPlatformKey => ({
  kind: 'PUBLIC_KEY',
  pem,
  fetched_at,
});

/** One usable key, as the registry would yield it. */
export const platformKeyOf = (id: string, publicKeyPem: string) => {
  const key = platformKeys({ [id]: storedPublicKey(publicKeyPem) }).get(id);
  if (key === undefined) throw new TypeError('the key is not in its own map');
  return key;
};

export const responseOf = (
  status: number,
  body: unknown,
  headers: HttpResponse['headers'] = {},
): HttpResponse => ({
  status,
  headers,
  body: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

/** Waits until `condition` holds; for work that nobody can await, such as a look at the registry in the background. */
export const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

/** Runs a module in a Node process of its own, where an unhandled rejection ends it and all output is seen. */
export const runModule = async (code: string, env: Record<string, string> = {}) => {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code];
  const child = spawn(process.execPath, args, { env: { ...CHILD_ENV, ...env } });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    streamText(child.stdout),
    streamText(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code: exitCode, stdout, stderr };
};
