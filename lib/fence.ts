import type {
  DeleteItemCommandInput,
  DynamoDBClient,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';

type Input = Partial<PutItemCommandInput & UpdateItemCommandInput & DeleteItemCommandInput>;

/** Powertools' attribute that says until when a claim holds; no two claims of one sign-up hold until the same moment. */
const CLAIM = 'in_progress_expiration';

/**
 * Lets the outcome of a sign-up be written, or its claim be dropped, only while the claim is the one made here. Powertools
 * writes without looking: a write that hung, or that Lambda froze on its way, could arrive after another invocation has
 * taken the sign-up over, and replace or delete what that one remembers.
 */
export const fence = (dynamo: DynamoDBClient): void => {
  const claims = new Map<string, string>();
  const guarded = (command: string, input: Input): Input => {
    const claim = claims.get(input.Key?.['id']?.S ?? '');
    if (claim === undefined) return input;
    const held = '#claim = :claim';
    return {
      ...input,
      // Dropping what is gone already is no failure: the first answer may have been lost.
      ConditionExpression: command === 'DeleteItemCommand' ? `attribute_not_exists(#claim) OR ${held}` : held,
      ExpressionAttributeNames: { ...input.ExpressionAttributeNames, '#claim': CLAIM },
      ExpressionAttributeValues: { ...input.ExpressionAttributeValues, ':claim': { N: claim } },
    };
  };
  dynamo.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const input = args.input as Input;
        if (commandName === 'PutItemCommand') {
          const result = await next(args);
          claims.set(input.Item?.['id']?.S ?? '', input.Item?.[CLAIM]?.N ?? '');
          return result;
        }
        if (commandName !== 'UpdateItemCommand' && commandName !== 'DeleteItemCommand') return next(args);
        try {
          return await next({ ...args, input: { ...args.input, ...guarded(commandName, input) } });
        } finally {
          claims.delete(input.Key?.['id']?.S ?? '');
        }
      },
    { step: 'initialize', name: 'fence' },
  );
};
