import { NAME, type Calls, type Place } from './place.ts';

const SIGNERS = ['EndpointRole', 'RefreshRole', 'PreTrafficRole'];
const STAGE_TAG = 'aws:ResourceTag/wechatpay-presign';
const ours = { [STAGE_TAG]: 'prod' };
const how = { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256', 'kms:MessageType': 'DIGEST' };

/** Signing, as the Lambdas do it and in every other way. */
export const signing = ({ arn, arnOf, merchantKey, otherKey, strangersKey }: Place): Calls[] => {
  const abroad = merchantKey.replace(/:(?:eu-central-1|cn-north-1):/, ':ap-east-1:');
  const sign = 'kms:Sign';
  return [
    { may: SIGNERS, calls: [['sign a digest for a merchant of this stage', sign, merchantKey, { ...ours, ...how }]] },
    { may: ['PreTrafficRole'], calls: [['read the public key of a merchant of this stage', 'kms:GetPublicKey', merchantKey, ours]] },
    {
      may: [],
      calls: [
        ['sign with PSS', sign, merchantKey, { ...ours, ...how, 'kms:SigningAlgorithm': 'RSASSA_PSS_SHA_256' }],
        ['sign with ECDSA', sign, merchantKey, { ...ours, ...how, 'kms:SigningAlgorithm': 'ECDSA_SHA_256' }],
        ['sign with SHA-512', sign, merchantKey, { ...ours, ...how, 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_512' }],
        ['sign a message that KMS is to hash', sign, merchantKey, { ...ours, ...how, 'kms:MessageType': 'RAW' }],
        ['sign without saying how', sign, merchantKey, ours],
        ['sign for a merchant of another stage', sign, merchantKey, { ...how, [STAGE_TAG]: 'dev' }],
        ['sign for a merchant of a stage that begins alike', sign, merchantKey, { ...how, [STAGE_TAG]: 'prod2' }],
        ['sign with a key that says no stage', sign, otherKey, how],
        ['sign with a key tagged `stage`, as all of the stack’s are', sign, otherKey, { ...how, 'aws:ResourceTag/stage': 'prod' }],
        ['sign with DataKey', sign, arn('DataKey'), how],
        ['sign with MessagesKey', sign, arn('MessagesKey'), how],
        ['sign with an alias instead of a key', sign, arnOf('kms', 'alias/merchant'), { ...ours, ...how }],
        ['sign with a stranger’s key that lets everybody', sign, strangersKey, { ...ours, ...how }],
        ['read the public key of a merchant of another stage', 'kms:GetPublicKey', merchantKey, { [STAGE_TAG]: 'dev' }],
        ['read the public key of a key that says no stage', 'kms:GetPublicKey', otherKey],
        ['do anything else with a merchant’s key', ['kms:Decrypt', 'kms:Encrypt', 'kms:Verify', 'kms:GenerateMac', 'kms:DeriveSharedSecret', 'kms:ReEncryptFrom'], merchantKey, { ...ours, ...how, 'kms:EncryptionContext:purpose': 'wechatpay:api-v3-key' }],
      ],
    },
  ].map((group) => group as Calls).concat(abroad === merchantKey ? [] : []);
};
