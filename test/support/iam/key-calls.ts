import { API_V3_KEY_PURPOSE, SERVICE, STAGE_TAG } from '../../../lib/names.ts';
import type { Context } from './conditions.ts';
import type { Call, Calls, Place } from './place.ts';

const TAG = `aws:ResourceTag/${STAGE_TAG}`;
const PURPOSE = 'kms:EncryptionContext:purpose';
const ours = { [TAG]: 'prod' };
const how = { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256', 'kms:MessageType': 'DIGEST' };
const right = { ...ours, ...how };
const apiV3 = { [PURPOSE]: API_V3_KEY_PURPOSE, 'kms:EncryptionContext:mchid': '1900000001' };

/** Signing, as the Lambdas do it and in other ways. */
export const signing = ({ arn, arnOf, merchantKey, otherKey, strangersKey }: Place): Calls[] => {
  const wrongly = (story: string, change: Record<string, string>): Call => [
    story,
    'kms:Sign',
    merchantKey,
    { ...right, ...change },
  ];
  return [
    {
      may: ['EndpointRole', 'ContractRole', 'RefreshRole', 'PreTrafficRole'],
      calls: [['sign a digest for a merchant of this stage', 'kms:Sign', merchantKey, right]],
    },
    {
      may: ['PreTrafficRole'],
      calls: [['read the public key of a merchant of this stage', 'kms:GetPublicKey', merchantKey, ours]],
    },
    {
      may: [],
      calls: [
        wrongly('sign with PSS', { 'kms:SigningAlgorithm': 'RSASSA_PSS_SHA_256' }),
        wrongly('sign with ECDSA', { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' }),
        wrongly('sign with SHA-512', { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_512' }),
        wrongly('sign what KMS is to hash', { 'kms:MessageType': 'RAW' }),
        wrongly('sign for a merchant of another stage', { [TAG]: 'dev' }),
        wrongly('sign for a merchant of a stage that begins alike', { [TAG]: 'prod-2' }),
        ['sign without saying how', 'kms:Sign', merchantKey, ours],
        ['sign with a key that has no tag', 'kms:Sign', otherKey, how],
        [
          'sign with a key whose other tags are ours',
          'kms:Sign',
          otherKey,
          { ...how, 'aws:ResourceTag/stage': 'prod', 'aws:ResourceTag/service': SERVICE },
        ],
        ['sign with DataKey', 'kms:Sign', arn('DataKey'), how],
        ['sign with MessagesKey', 'kms:Sign', arn('MessagesKey'), how],
        ['sign with a stranger’s key that lets everybody', 'kms:Sign', strangersKey, right],
        ['sign with an alias', 'kms:Sign', arnOf('kms', 'alias/merchant'), right],
        ['read a public key of another stage', 'kms:GetPublicKey', merchantKey, { [TAG]: 'dev' }],
        ['read a stranger’s public key', 'kms:GetPublicKey', strangersKey, ours],
        ['read the public key of a key that has no tag', 'kms:GetPublicKey', otherKey],
        [
          'do anything else with a merchant’s key',
          ['kms:Decrypt', 'kms:Encrypt', 'kms:Verify', 'kms:ReEncryptFrom', 'kms:DeriveSharedSecret'],
          merchantKey,
          { ...right, ...apiV3 },
        ],
      ],
    },
  ];
};

/** Opening APIv3 keys, and what tables and queues open on somebody's behalf. */
export const opening = ({ arn, viaService: via, merchantKey, otherKey }: Place): Calls[] => {
  const [dataKey, messagesKey] = [arn('DataKey'), arn('MessagesKey')];
  const open = (story: string, key: string, context: Context = {}): Call => [
    story,
    'kms:Decrypt',
    key,
    context,
  ];
  return [
    {
      may: ['EndpointRole', 'NotificationsRole', 'RefreshRole'],
      calls: [open('open an APIv3 key, saying what for', dataKey, apiV3)],
    },
    {
      may: ['EndpointRole', 'ContractRole', 'NotificationsRole', 'RefreshRole', 'PreTrafficRole'],
      calls: [open('have DynamoDB open the registry', dataKey, via('dynamodb'))],
    },
    {
      may: ['EndpointRole'],
      calls: [
        open('have DynamoDB open the outcomes', messagesKey, via('dynamodb')),
        open('have SQS open messages', messagesKey, via('sqs')),
      ],
    },
    {
      may: [],
      calls: [
        open('open what DataKey sealed for another purpose', dataKey, { ...apiV3, [PURPOSE]: 'other' }),
        open('open it without an encryption context', dataKey),
        open('open it with a context that says no purpose', dataKey, { 'kms:EncryptionContext:mchid': '1' }),
        open('have SQS open it', dataKey, via('sqs')),
        open('have Secrets Manager open it', dataKey, via('secretsmanager')),
        open('have DynamoDB of another Region open it', dataKey, {
          'kms:ViaService': 'dynamodb.ap-east-1.amazonaws.com',
        }),
        open('have a service whose name begins like SQS’s open messages', messagesKey, {
          'kms:ViaService': `${via('sqs')['kms:ViaService']}.example.com`,
        }),
        open('open messages directly', messagesKey),
        open('open messages as if they were APIv3 keys', messagesKey, apiV3),
        open('have S3 open messages', messagesKey, via('s3')),
        open('open with a key that is not the stack’s', otherKey, { ...apiV3, ...via('dynamodb') }),
        open('open with a merchant’s key', merchantKey, { ...ours, ...apiV3, ...via('sqs') }),
      ],
    },
  ];
};

const MANAGING = [
  'CancelKeyDeletion CreateGrant DeleteImportedKeyMaterial DescribeKey DisableKey DisableKeyRotation EnableKey',
  'GetKeyPolicy GetParametersForImport ImportKeyMaterial ListGrants PutKeyPolicy ReplicateKey RevokeGrant',
  'ScheduleKeyDeletion TagResource UntagResource UpdateAlias UpdateKeyDescription UpdatePrimaryRegion',
];
const SEALING =
  'Encrypt GenerateDataKey GenerateDataKeyPair GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo';

/** Making keys, giving them away and destroying them; sealing anything new. Nothing here is a Lambda's to do. */
export const managing = ({ arn, arnOf, viaService, merchantKey }: Place): Calls[] => {
  const kms = (names: string) => names.split(' ').map((name) => `kms:${name}`);
  const manage = kms(MANAGING.join(' '));
  const seal = kms(SEALING);
  const [dataKey, messagesKey] = [arn('DataKey'), arn('MessagesKey')];
  const everyWay = ['dynamodb', 'sqs'].map((service): Context => ({ ...apiV3, ...viaService(service) }));
  return [
    {
      may: [],
      calls: [
        ['make keys', ['kms:CreateKey', 'kms:ListKeys', 'kms:ListAliases', 'kms:GenerateRandom'], '*'],
        ['make, move or drop an alias', kms('CreateAlias UpdateAlias DeleteAlias'), arnOf('kms', 'alias/x')],
        ['manage, give away or destroy a merchant’s key', manage, merchantKey, { ...right, ...apiV3 }],
        ...everyWay.flatMap((context): Call[] => {
          const via = `, by way of ${context['kms:ViaService']}`;
          return [
            [`manage, give away or destroy DataKey${via}`, manage, dataKey, context],
            [`manage, give away or destroy MessagesKey${via}`, manage, messagesKey, context],
            [`seal with DataKey${via}`, seal, dataKey, context],
            [`seal with MessagesKey${via}`, seal, messagesKey, context],
          ];
        }),
      ],
    },
  ];
};
