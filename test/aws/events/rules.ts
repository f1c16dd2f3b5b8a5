import { type BusEvent, PutEventsError } from './put-events.ts';

/** A rule that somebody has put, rather than the stack. `queueName`: where its one target leads, once it has one. */
type PutRule = { pattern: Pattern; queueName?: string };
/** Of EventBridge's patterns, lists of values by member; no operators. */
type Pattern = { readonly [member: string]: readonly unknown[] | Pattern };

type Asked = {
  Name?: string;
  NamePrefix?: string;
  Rule?: string;
  EventBusName?: string;
  EventPattern?: string;
  Targets?: { Id: string; Arn: string }[];
};

const matches = (pattern: Pattern, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(pattern).every(([name, wanted]) => {
    const found = (value as Record<string, unknown>)[name];
    return Array.isArray(wanted) ? wanted.includes(found) : matches(wanted as Pattern, found);
  });

/** PutRule, PutTargets, RemoveTargets, DeleteRule and ListRules of one bus. */
export const createRules = (bus: string, region: string, account: string) => {
  const rules = new Map<string, PutRule>();

  const find = (name = ''): PutRule => {
    const rule = rules.get(name);
    if (rule === undefined)
      throw new PutEventsError(
        'ResourceNotFoundException',
        `Rule ${name} does not exist on EventBus ${bus}.`,
      );
    return rule;
  };

  const operations: Record<string, (asked: Asked) => object> = {
    PutRule: ({ Name = '', EventPattern = '' }) => {
      rules.set(Name, { ...rules.get(Name), pattern: JSON.parse(EventPattern) as Pattern });
      return { RuleArn: `arn:aws-cn:events:${region}:${account}:rule/${bus}/${Name}` };
    },
    PutTargets: ({ Rule, Targets: [target] = [] }) => {
      find(Rule).queueName = target?.Arn.split(':').at(-1) ?? '';
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets: ({ Rule }) => {
      delete find(Rule).queueName;
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    DeleteRule: ({ Name = '' }) => {
      if (rules.get(Name)?.queueName !== undefined)
        throw new PutEventsError('ValidationException', "Rule can't be deleted since it has targets.");
      rules.delete(Name);
      return {};
    },
    ListRules: ({ NamePrefix = '' }) => ({
      Rules: [...rules.keys()].filter((Name) => Name.startsWith(NamePrefix)).map((Name) => ({ Name })),
    }),
  };

  return {
    /** @returns the answer to a call, or undefined for an operation that is none of these. */
    respond: (operation: string, body: string): object | undefined => {
      const asked = operations[operation] && (JSON.parse(body) as Asked);
      if (asked === undefined) return undefined;
      if (asked.EventBusName !== bus)
        throw new PutEventsError('ResourceNotFoundException', 'EventBus does not exist.');
      return operations[operation]?.(asked);
    },
    /** The queues that an event goes to. */
    queuesFor: (event: BusEvent): string[] =>
      [...rules.values()].flatMap(({ pattern, queueName }) =>
        queueName !== undefined && matches(pattern, event) ? [queueName] : [],
      ),
    names: () => [...rules.keys()],
  };
};
