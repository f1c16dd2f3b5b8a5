/** What of roles and keys depends on parameters. ${file(stack/access.js):…} calls the exports. */

/** @returns the policy that bounds every role; null, of which nothing is left in the template, without one. */
export const permissionsBoundary = async ({ resolveVariable }) =>
  (await resolveVariable('self:custom.set.permissionsBoundaryArn')) || null;

/** Without this nobody could manage a key; it lets IAM policies decide, and ours are in roles.yml. */
export const accountDecidesByIam = {
  Sid: 'AccountDecidesByIam',
  Effect: 'Allow',
  Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
  Action: 'kms:*',
  Resource: '*',
};

const roleNamed = (name) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${name}`,
});

/**
 * The policy of DataKey. With an operator's role, a broad kms:Decrypt in somebody's IAM policy does not open APIv3 keys.
 * Not so without: `npm run merchant -- check` opens them too, and only whoever deploys knows as whom it runs.
 * The Lambdas' roles are named, not referred to: their policies need this key to be made.
 */
export const dataKeyPolicy = async ({ resolveVariable }) => {
  const [operator, endpoints, refresh] = await Promise.all([
    resolveVariable('self:custom.set.operatorRoleArn'),
    resolveVariable('self:custom.endpointRole'),
    resolveVariable('self:custom.refreshRole'),
  ]);
  const noOneElse = {
    Sid: 'ApiV3KeysForTheseAlone',
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: {
      StringEquals: { 'kms:EncryptionContext:purpose': 'wechatpay:api-v3-key' },
      ArnNotEquals: { 'aws:PrincipalArn': [roleNamed(endpoints), roleNamed(refresh), operator] },
    },
  };
  const Statement = operator === '' ? [accountDecidesByIam] : [accountDecidesByIam, noOneElse];
  return { Version: '2012-10-17', Statement };
};
