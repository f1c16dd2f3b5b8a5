/**
 * What the stack, the Lambdas, the operator's tools and the tests must call alike. Imports nothing, so that whoever needs
 * a name loads no more than that. serverless.yml asks for the names of a stage by way of stack/variables.js.
 */

export const SERVICE = 'wechatpay-presign';

/** CloudWatch's namespace of our metrics. */
export const METRIC_NAMESPACE = 'WechatPayPresign';

/** As which the Lambdas of all contract endpoints count, in the dimension that names the endpoint. */
export const CONTRACTS = 'contracts';

/** The tag by which Lambdas of a stage are allowed to sign with a merchant's key. */
export const STAGE_TAG = SERVICE;
/** The tag that says whose key it is. */
export const MCHID_TAG = 'mchid';

/** What an APIv3 key is encrypted for; KMS holds whoever decrypts to it, and key and role policies ask for it. */
export const API_V3_KEY_PURPOSE = 'wechatpay:api-v3-key';

/** How the names of everything in a stage begin; the bus has no more than that. */
export const prefixOf = (stage: string): string => `${SERVICE}-${stage}`;

/** Where a message ends that was received too often, or that EventBridge could not put into the queue. */
export type Aside = 'dead-letters' | 'undelivered';
export const asideOf = (queue: string, aside: Aside): string => `${queue}-${aside}`;

/** Name of an endpoint's Lambda, of its queue and of its rule. @param prefix of the stage. */
export const endpointNameOf = (prefix: string, endpoint: string): string => `${prefix}-${endpoint}`;

/** What exists once in a stage. */
export const namesOf = (stage: string) => {
  const prefix = prefixOf(stage);
  return {
    eventBus: prefix,
    busUndelivered: asideOf(prefix, 'undelivered'),
    merchantsTable: `${prefix}-merchants`,
    outcomesTable: `${prefix}-outcomes`,
    dataKeyAlias: `alias/${prefix}-data`,
  };
};
