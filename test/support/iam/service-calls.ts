import type { Context } from './conditions.ts';
import { NAME, OTHER_NAME, type Place, STRANGERS } from './place.ts';

/** A service that acts by itself, as AWS lets it say on whose behalf. */
export type Asked = readonly [
  story: string,
  service: string,
  actions: string | readonly string[],
  arn: string,
  context?: Context,
];
export type ServiceCalls = { may: readonly Asked[]; mayNot: readonly Asked[] };

export const EVENTS = 'events.amazonaws.com';
/** What AWS says of the resource that a service acts for. */
export const from = (arn: string): Context => ({
  'aws:SourceArn': arn,
  'aws:SourceAccount': arn.split(':')[4] ?? '',
});

/** Rules and buses that are not ours, however alike their names. */
export const confused = ({ arnOf, endpoints }: Place): [story: string, context: Context][] => {
  const [{ name } = { name: '' }] = endpoints;
  const rule = (path: string, account?: string) => from(arnOf('events', `rule/${path}`, account));
  return [
    ['a rule of the default bus', rule(`${NAME}-${name}`)],
    ['a rule of another bus', rule(`shop/${NAME}-${name}`)],
    ['a rule of the bus of another stage', rule(`${OTHER_NAME}/${NAME}-${name}`)],
    ['a rule of a bus whose name begins alike', rule(`${NAME}-2/${NAME}-${name}`)],
    ['the same rule of another account', rule(`${NAME}/${NAME}-${name}`, STRANGERS)],
    ['another bus', from(arnOf('events', 'event-bus/shop'))],
    ['the same bus of another account', from(arnOf('events', `event-bus/${NAME}`, STRANGERS))],
    ['nobody knows whom', {}],
  ];
};

/** Who may put messages into queues. */
export const sending = (place: Place): ServiceCalls => {
  const { arn, arnOf, endpoints } = place;
  const bus = from(arnOf('events', `event-bus/${NAME}`));
  const ruleOf = (name: string) => from(arnOf('events', `rule/${NAME}/${NAME}-${name}`));
  const send = 'sqs:SendMessage';
  const queuesOf = (id: string) => [`${id}Queue`, `${id}Undelivered`];
  const fed = endpoints.flatMap(({ name, id }) =>
    queuesOf(id).map((queue) => [queue, ruleOf(name)] as const),
  );
  const every = [...fed, ['BusUndelivered', bus] as const];
  const closed = endpoints.map(({ id }) => `${id}DeadLetters`);
  return {
    may: every.map(([queue, context]) => [`send to ${queue}`, EVENTS, send, arn(queue), context]),
    mayNot: [
      ...every.flatMap(([queue, context]): Asked[] => [
        ...confused(place).map(
          ([whom, other]): Asked => [`send to ${queue} for ${whom}`, EVENTS, send, arn(queue), other],
        ),
        [`send to ${queue} for another rule of this bus`, EVENTS, send, arn(queue), ruleOf('other')],
        [
          `send to ${queue} without TLS`,
          EVENTS,
          send,
          arn(queue),
          { ...context, 'aws:SecureTransport': 'false' },
        ],
        [`read or purge ${queue}`, EVENTS, ['sqs:ReceiveMessage', 'sqs:PurgeQueue'], arn(queue), context],
        [`send to ${queue} as SNS`, 'sns.amazonaws.com', send, arn(queue), context],
        [`send to ${queue} as S3`, 's3.amazonaws.com', send, arn(queue), context],
      ]),
      ...endpoints.flatMap(({ id }, n) =>
        queuesOf(id).map((queue): Asked => {
          const { name } = endpoints[(n + 1) % endpoints.length] ?? { name: '' };
          return [`send to ${queue} for the rule of ${name}`, EVENTS, send, arn(queue), ruleOf(name)];
        }),
      ),
      ...closed.map((queue): Asked => [`send to ${queue}`, EVENTS, send, arn(queue), bus]),
      ...endpoints.map(
        ({ name, id }): Asked => [
          `send to the dead letters of ${name}`,
          EVENTS,
          send,
          arn(`${id}DeadLetters`),
          ruleOf(name),
        ],
      ),
    ],
  };
};
