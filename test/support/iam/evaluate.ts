import { accountOf, covers, names, type Request, type Statement } from './statement.ts';

/** Who and what there is, each by ARN. */
export type Account = {
  /** What IAM says each role may do. */
  roles: ReadonlyMap<string, readonly Statement[]>;
  /** The policies of resources: keys, queues, buses, topics, and whom roles trust. */
  resources: ReadonlyMap<string, readonly Statement[]>;
};

/** As the policy simulator of AWS calls them. */
export type Decision = 'allowed' | 'implicitDeny' | 'explicitDeny';

const isArn = (principal: string): boolean => principal.startsWith('arn:');

/** Keys and roles are closed to IAM policies unless their own policy names the principal or lets its account decide. */
const hasLastWord = ({ action, resource }: Request): boolean =>
  action.toLowerCase() === 'sts:assumerole' || /^arn:[^:]+:kms:[^:]*:[^:]*:key\//.test(resource);

const policyOf = ({ resources }: Account, request: Request): readonly Statement[] => {
  const policy = resources.get(request.resource);
  // Without it everything would be denied, and a test of what must be denied could not fail.
  if (policy === undefined && hasLastWord(request)) throw new Error(`no policy of ${request.resource}`);
  return policy ?? [];
};

const identityOf = ({ roles }: Account, principal: string): readonly Statement[] => {
  if (!isArn(principal)) return [];
  const statements = roles.get(principal);
  if (statements === undefined) throw new Error(`no role ${principal}`);
  return statements;
};

/** Requests that AWS makes say these by themselves. */
const withDefaults = (request: Request): Request => ({
  ...request,
  context: {
    'aws:SecureTransport': 'true',
    ...(isArn(request.principal) ? { 'aws:PrincipalArn': request.principal } : {}),
    ...request.context,
  },
});

/** What IAM would answer. @throws Error at anything that is not understood. */
export const decide = (account: Account, given: Request): Decision => {
  const request = withDefaults(given);
  const { principal, resource } = request;
  const identity = identityOf(account, principal).filter((statement) => covers(statement, request));
  const onResource = policyOf(account, request)
    .filter((statement) => covers(statement, request))
    .map((statement) => ({ ...statement, named: names(statement, principal) }))
    .filter(({ named }) => named !== 'no');

  if ([...identity, ...onResource].some(({ Effect }) => Effect === 'Deny')) return 'explicitDeny';
  const byIdentity = identity.length > 0;
  const byItself = onResource.some(({ named }) => named === 'itself');
  const abroad = isArn(principal) && ![accountOf(principal), ''].includes(accountOf(resource));
  // Across accounts both sides must agree; within one, the resource's word is enough, and IAM's is where it has any.
  if (abroad) return byIdentity && onResource.length > 0 ? 'allowed' : 'implicitDeny';
  if (byItself) return 'allowed';
  return byIdentity && (onResource.length > 0 || !hasLastWord(request)) ? 'allowed' : 'implicitDeny';
};
