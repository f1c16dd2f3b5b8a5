/** What of roles and keys depends on parameters, or on names that others use as well. */
import { API_V3_KEY_PURPOSE, STAGE_TAG } from '../lib/names.ts';
import { type Expression, settingsOf, stageOf, type Variables } from './framework.ts';

/** @returns the policy that bounds every role; null, of which nothing is left in the template, without one. */
export const permissionsBoundary = async (variables: Variables) =>
  (await settingsOf(variables)).permissionsBoundaryArn || null;

/** Without this nobody could manage a key; it lets IAM policies decide, and ours are in roles.yml. */
export const accountDecidesByIam = {
  Sid: 'AccountDecidesByIam',
  Effect: 'Allow',
  Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
  Action: 'kms:*',
  Resource: '*',
};

const purpose = { 'kms:EncryptionContext:purpose': API_V3_KEY_PURPOSE };

/** Of whoever decrypts, that it is an APIv3 key. */
export const ofApiV3Keys = { StringEquals: purpose };

const tagged = async (variables: Variables) => ({
  [`aws:ResourceTag/${STAGE_TAG}`]: await stageOf(variables),
});

/** Of a merchant's key, that it is this stage's. */
export const ofThisStage = async (variables: Variables) => ({ StringEquals: await tagged(variables) });

/** Of a signature, that it is made with a merchant's key of this stage in the one way WeChat Pay asks for. */
export const asWechatPayAsks = async (variables: Variables) => ({
  StringEquals: {
    ...(await tagged(variables)),
    'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
    'kms:MessageType': 'DIGEST',
  },
});

const roleNamed = (name: unknown): Expression => ({
  'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${name}`,
});

/**
 * The policy of DataKey. With an operator's role, a broad kms:Decrypt in somebody's IAM policy does not open APIv3 keys.
 * Not so without: `npm run merchant -- check` opens them too, and only whoever deploys knows as whom it runs.
 * The Lambdas' roles are named, not referred to: their policies need this key to be made.
 */
export const dataKeyPolicy = async (variables: Variables) => {
  const [{ operatorRoleArn: operator }, ...names] = await Promise.all([
    settingsOf(variables),
    ...['endpointRole', 'refreshRole', 'notificationsRole'].map((role) =>
      variables.resolveVariable(`self:custom.${role}`),
    ),
  ]);
  const noOneElse = {
    Sid: 'ApiV3KeysForTheseAlone',
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: {
      StringEquals: purpose,
      ArnNotEquals: { 'aws:PrincipalArn': [...names.map(roleNamed), operator] },
    },
  };
  const Statement = operator === '' ? [accountDecidesByIam] : [accountDecidesByIam, noOneElse];
  return { Version: '2012-10-17', Statement };
};
