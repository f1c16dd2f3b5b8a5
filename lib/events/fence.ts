import type {
  DeleteItemCommandInput,
  DynamoDBClient,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';

type Input = Partial<PutItemCommandInput & UpdateItemCommandInput & DeleteItemCommandInput>;

/** Powertools' attribute that says until when a claim holds; no two claims of one sign-up hold until the same moment. */
const CLAIM = 'in_progress_expiration';
/** What no claim holds until: a write without one of ours never happens. */
const NONE = '0';

/**
 * Lets the outcome of a sign-up be written, or its claim be dropped, only while the claim is the one made here. Powertools
 * writes without looking: a write that hung, or that Lambda froze on its way, could arrive after another invocation has
 * taken the sign-up over, and replace or delete what that one remembers.
 */
export const fence = (dynamo: DynamoDBClient): void => {
  const claims = new Map<string, string>();
  const guarded = (command: string, input: Input, claim: string): Input => {
    const held = '#claim = :claim';
    return {
      ...input,
      // Dropping what is gone already is no failure: the first answer may have been lost.
      ConditionExpression: command === 'DeleteItemCommand' ? `attribute_not_exists(#claim) OR ${held}` : held,
      ExpressionAttributeNames: { ...input.ExpressionAttributeNames, '#claim': CLAIM },
      ExpressionAttributeValues: {
        ...input.ExpressionAttributeValues,
        ':claim': { N: claim },
      },
    };
  };
  dynamo.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const input = args.input as Input;
        if (commandName === 'PutItemCommand') {
          const result = await next(args);
          claims.set(input.Item?.['id']?.S ?? '', input.Item?.[CLAIM]?.N ?? NONE);
          return result;
        }
        if (commandName !== 'UpdateItemCommand' && commandName !== 'DeleteItemCommand') return next(args);
        const id = input.Key?.['id']?.S ?? '';
        const claim = claims.get(id) ?? NONE;
        try {
          return await next({ ...args, input: { ...args.input, ...guarded(commandName, input, claim) } });
        } finally {
          // A later claim of this process is another's to drop.
          if (claims.get(id) === claim) claims.delete(id);
        }
      },
    { step: 'initialize', name: 'fence' },
  );
};
