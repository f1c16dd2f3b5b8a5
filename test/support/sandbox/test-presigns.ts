import type { WechatPaySandbox } from '../../../sandbox/server.ts';
import { change, encryptFields, parse, post, type TestMerchant } from './test-client.ts';
import type { Sample } from './test-samples.ts';

/** Pre-signs a sample, with other values at some pointers, for a merchant with a public key. @returns the id */
export async function presign(
  sandbox: WechatPaySandbox,
  merchant: TestMerchant,
  { path, body, sensitive }: Sample,
  changes: Readonly<Record<string, unknown>> = {},
  timestamp = Math.floor(Date.now() / 1000),
): Promise<string> {
  const { id: platformSerial, pem } = sandbox.platform.publicKey(merchant.mchid);
  const plain = Object.entries(changes).reduce<object>(
    (at, [pointer, value]) => change(at, pointer, () => value),
    body,
  );
  const encrypted = encryptFields(plain, sensitive, pem);
  const answered = await post(sandbox.url, merchant, { path, body: encrypted, platformSerial, timestamp });
  if (answered.status !== 200) throw new Error(answered.body.toString());
  return String(Object.values(parse(answered))[0]);
}
