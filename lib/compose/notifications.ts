import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { parseAskingConfig } from '../config.ts';
import { fault } from '../errors.ts';
import { putEvent } from '../events/put-event.ts';
import { decryptApiV3Key } from '../merchants/api-v3-key.ts';
import { createMerchants } from '../merchants/merchant.ts';
import { createRegistry } from '../merchants/registry.ts';
import { reportTrouble } from '../merchants/report-trouble.ts';
import { createNotificationsHandler } from '../notifications/answer.ts';
import { keepApiV3Keys } from '../notifications/api-v3-keys.ts';
import type { Notifications } from '../notifications/contract.ts';
import { createReceive, type Receive } from '../notifications/receive.ts';
import { limitStrangers } from '../notifications/strangers.ts';
import { createTelemetry, type Telemetry } from '../telemetry.ts';
import { connectAskRefresh } from './ask-refresh.ts';
import { AWS_CLIENT } from './aws.ts';

/** The role may not, and nothing here asks for it. */
const cannotSign = async (): Promise<never> => {
  throw fault('SYSTEM_ERROR', 'internal');
};

const connect = (notifications: Notifications, telemetry: Telemetry): Receive => {
  const config = parseAskingConfig(process.env);
  const kms = new KMSClient(AWS_CLIENT);
  const eventBridge = new EventBridgeClient(AWS_CLIENT);
  const registry = createRegistry(new DynamoDBClient(AWS_CLIENT), config.merchantsTable);
  const merchants = createMerchants({
    registry: limitStrangers(registry),
    sign: cannotSign,
    fetchKeys: connectAskRefresh(config),
    onTrouble: reportTrouble(telemetry),
  });
  return createReceive({
    notifications,
    merchants,
    openApiV3Key: keepApiV3Keys((mchid, sealed) => decryptApiV3Key(kms, config.dataKeyArn, mchid, sealed)),
    publish: (detailType, detail, signal) =>
      putEvent(eventBridge, { bus: config.eventBusName, detailType, detail }, signal).catch((cause) => {
        throw fault('SERVICE_UNAVAILABLE', 'notification_unpublished', { cause });
      }),
    onPreviousKey: (mchid) => telemetry.log('warn', 'previous APIv3 key used', { mchid }),
  });
};

/** The Lambda that WeChat Pay calls. Clients are made once per process, at the first notification. */
export const createHandler = (name: string, notifications: Notifications) => {
  const telemetry = createTelemetry(name);
  let connected: Receive | undefined;
  const receive: Receive = async (...notification) => {
    // A bad environment fails the notification, which comes again, and is tried again by the next.
    connected ??= connect(notifications, telemetry);
    return connected(...notification);
  };
  return createNotificationsHandler(receive, telemetry);
};
