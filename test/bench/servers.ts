import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { generateRsaKeyPair } from '../../sandbox/pki.ts';
import { startStack } from '../aws/stack.ts';
import { envelopeOf, eventFor, seal, signNotification } from '../support/notifications.ts';
import { storedPublicKey } from '../support/protocol.ts';
import { addTestMerchant } from '../support/sandbox/test-client.ts';
import { addCrowd } from './crowd.ts';
import { startRelay } from './relay.ts';
import { AWS_MS, KMS_MS, MCHID, type Order, type Ready, WECHATPAY_MS } from './server-process.ts';

// Everything the clients talk to, in a process of its own: what the servers use is nobody's CPU time here.
const SDK_MCHID = '1900000002';
const NOTIFIED_MCHID = '1900000003';

const stack = await startStack();
const { wechatpay, kms, dynamo } = stack;
const key = await kms.createRsaKey();
const merchant = await stack.addMerchant({ mchid: MCHID, key });
const { serial, privateKeyPem } = await addTestMerchant(wechatpay, SDK_MCHID, 'certificate');
const [platform] = wechatpay.platform.certificates;
if (platform === undefined) throw new Error('no platform certificate');
const relay = await startRelay(wechatpay.url, WECHATPAY_MS);
const dynamoRelay = await startRelay(dynamo.url, AWS_MS);
const events = await stack.startEvents({ endpoints: await endpointsIn() });

/** For a merchant of its own, signed with a public key that is known of WeChat Pay. */
const notify = async (): Promise<object> => {
  const serial = 'PUB_KEY_ID_0119000000012026000000000000';
  const { privateKey, publicKeyPem } = await generateRsaKeyPair();
  const item = await stack.addMerchant({ mchid: NOTIFIED_MCHID });
  await stack.registry.update(item, { platform_keys: { [serial]: storedPublicKey(publicKeyPem) } });
  const resource = seal(
    '{"contract_id":"C","plan_id":"P","out_contract_code":"O"}',
    `sandbox-${NOTIFIED_MCHID}`.padEnd(32, '0'),
  );
  const body = JSON.stringify(envelopeOf(resource));
  return eventFor(signNotification(body, { serial, privateKey }, Date.now()), { mchid: NOTIFIED_MCHID });
};

// Notifications that name no unknown key ask nobody for a refresh.
const env: Record<string, string> = { ...stack.env(MCHID), ...events.env, REFRESH_FUNCTION: 'none' };
const platformKey = { id: platform.serial, pem: platform.certificatePem };
const ready: Ready = {
  env,
  distantEnv: { ...env, WECHATPAY_HOSTS: relay.url, AWS_ENDPOINT_URL_DYNAMODB: dynamoRelay.url },
  sdk: {
    baseURL: wechatpay.url,
    merchant: { mchid: SDK_MCHID, serial, privateKeyPem },
    platformKey,
  },
  floor: {
    baseURL: wechatpay.url,
    kmsUrl: kms.url,
    region: `${env['AWS_REGION']}`,
    accessKeyId: `${env['AWS_ACCESS_KEY_ID']}`,
    secretAccessKey: `${env['AWS_SECRET_ACCESS_KEY']}`,
    mchid: MCHID,
    serial: merchant.certificate_serial,
    keyArn: merchant.signing_key_arn,
    platformKey,
  },
  notification: await notify(),
};
process.send?.(ready);

process.on('message', async (order: Order) => {
  if (order === 'near' || order === 'distant') {
    kms.latencyMs = order === 'distant' ? KMS_MS : 0;
    events.eventBridge.latencyMs = order === 'distant' ? AWS_MS : 0;
  }
  if (order === 'crowd') await addCrowd(stack, key);
  if (order === 'clear') stack.clear();
  process.send?.({
    kms: kms.calls.length,
    wechatpay: wechatpay.calls.length,
    dynamodb: dynamo.calls.length,
    heldMs: relay.held,
  });
});

// Its listeners would keep it alive for ever after a benchmark that was cut short.
process.once('disconnect', () => process.exit());
