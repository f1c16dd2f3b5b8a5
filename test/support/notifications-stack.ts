import { KMSClient } from '@aws-sdk/client-kms';
import { encryptApiV3Key } from '../../lib/merchants/api-v3-key.ts';
import type { MerchantChanges } from '../../lib/merchants/record.ts';
import {
  generateRsaKeyPair,
  type IssuedPair,
  issueCertificate,
  type KeyPair,
  sharedCa,
} from '../../sandbox/pki.ts';
import { startLambda } from '../aws/lambda.ts';
import { startStack } from '../aws/stack.ts';
import { envelopeOf, notificationsLambda, type Signer, seal, signNotification } from './notifications.ts';
import { storedCertificate, storedPublicKey } from './protocol.ts';
import { shiftClock } from './shifted-clock.ts';

export const MCHID = '1900000001';
export const API_V3_KEY = 'sandbox-1900000001'.padEnd(32, '0');
export const PUBLIC_KEY_ID = 'PUB_KEY_ID_0119000000012026000000000000';
/** What WeChat Pay tells of a campus contract; the number is larger than JavaScript's own. */
export const CONTRACT =
  '{"contract_id":"C1","plan_id":"P1","out_contract_code":"O1","contract_status":"ADD","amount":9007199254740993123}';

/** WeChat Pay's keys: a certificate and the public key that merchants know, and the certificate it rotates to. */
const makePlatform = async () => {
  const ca = await sharedCa();
  const issue = (): Promise<IssuedPair> => issueCertificate({ ca, commonName: 'Tenpay.com sign' });
  const [certificate, rotated, publicKey] = await Promise.all([issue(), issue(), generateRsaKeyPair()]);
  const signerOf = (serial: string, { privateKey }: KeyPair): Signer => ({ serial, privateKey });
  return {
    signers: {
      certificate: signerOf(certificate.serial, certificate),
      publicKey: signerOf(PUBLIC_KEY_ID, publicKey),
      rotated: signerOf(rotated.serial, rotated),
    },
    known: {
      [certificate.serial]: storedCertificate(certificate),
      [PUBLIC_KEY_ID]: storedPublicKey(publicKey.publicKeyPem),
    },
    news: { [rotated.serial]: storedCertificate(rotated) },
  };
};

/** Everything the notifications' Lambda talks to, on a clock that can be set. All merchants have the same APIv3 key. */
export const startNotificationsStack = async () => {
  const clock = shiftClock();
  const [stack, platform] = await Promise.all([startStack(), makePlatform()]);
  const events = await stack.startEvents({ endpoints: [] });
  const { url: endpoint, region, credentials } = stack.kms;
  const kms = new KMSClient({ endpoint, region, credentials });
  const seal32 = (key: string, mchid = MCHID) =>
    encryptApiV3Key(kms, stack.dataKeyArn, mchid, Buffer.from(key));

  const update = async (mchid: string, changes: MerchantChanges): Promise<void> => {
    const item = await stack.registry.readItem(mchid);
    if (item === undefined || !(await stack.registry.update(item, changes))) throw new Error('not written');
  };
  const addMerchant = async (mchid: string): Promise<void> => {
    await stack.addMerchant({ mchid });
    await update(mchid, { platform_keys: platform.known, api_v3_key: await seal32(API_V3_KEY, mchid) });
  };

  /** In place of the refresh Lambda: it writes down the certificate that WeChat Pay rotates to. */
  const refresh = async ({ mchid }: { mchid: string }) => {
    await update(mchid, { platform_keys: { ...platform.known, ...platform.news } });
    await stack.registry.endRefresh(mchid, new Date(Date.now()).toISOString());
    return { refreshed: [mchid], skipped: [], failed: [] };
  };
  const lambda = await startLambda({ refresh });
  const env = {
    ...stack.env(),
    ...events.env,
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    REFRESH_FUNCTION: 'refresh',
  };

  return {
    stack,
    lambda,
    bus: events.eventBridge,
    signers: platform.signers,
    update,
    addMerchant,
    seal32,
    /** Milliseconds that all clocks are ahead from now on. */
    setLater: clock.set,
    coldLambda: () => notificationsLambda(env),
    /** One that WeChat Pay has made at `at`, in milliseconds since the epoch. */
    notification: (
      text: string = CONTRACT,
      { by = platform.signers.certificate, key = API_V3_KEY, change = {}, at = Date.now() } = {},
    ) => signNotification(JSON.stringify(envelopeOf(seal(text, key), change)), by, at),
    /** Forgets what was counted so far. */
    clear: (): void => {
      stack.clear();
      events.clear();
      lambda.clearCalls();
    },
    clearFaults: (): void => {
      stack.dynamo.clearFaults();
      stack.kms.clearFaults();
      events.eventBridge.clearFaults();
      lambda.clearFaults();
    },
    close: async (): Promise<void> => {
      clock.restore();
      kms.destroy();
      await lambda.close();
      await events.close();
      await stack.close();
    },
  };
};
export type NotificationsStack = Awaited<ReturnType<typeof startNotificationsStack>>;
