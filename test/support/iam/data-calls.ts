import { notifications } from '../../../functions/notifications.ts';
import { detailType, SOURCE } from '../../../lib/events/contract.ts';
import { detailTypesOf } from '../../../lib/notifications/contract.ts';
import type { Context } from './conditions.ts';
import { type Call, type Calls, NAME, OTHER_NAME, type Place } from './place.ts';

const dynamodb = (names: string) => names.split(' ').map((name) => `dynamodb:${name}`);
const READ = 'GetItem Scan Query BatchGetItem PartiQLSelect DescribeTable DescribeStream';
const WRITE = 'PutItem UpdateItem DeleteItem BatchWriteItem PartiQLInsert PartiQLUpdate PartiQLDelete';
const MANAGE =
  'CreateBackup DeleteTable ExportTableToPointInTime PutResourcePolicy UpdateTable UpdateTimeToLive';
const EVERY = dynamodb(`${READ} ${WRITE} ${MANAGE}`);
const except = (names: string) => EVERY.filter((action) => !dynamodb(names).includes(action));

/** The registry and the outcomes, and all other tables. */
export const tables = ({ arn, arnOf }: Place): Calls[] => {
  const [merchants, outcomes] = [arn('Merchants'), arn('Outcomes')];
  const harmless = { 'dynamodb:Attributes': ['mchid'] };
  const write = (story: string, ...attributes: string[]): Call => [
    story,
    'dynamodb:UpdateItem',
    merchants,
    { 'dynamodb:Attributes': attributes },
  ];
  const table = (story: string, name: string): Call => [
    story,
    EVERY,
    arnOf('dynamodb', `table/${name}`),
    harmless,
  ];
  return [
    {
      may: ['EndpointRole', 'ContractRole', 'NotificationsRole', 'RefreshRole', 'PreTrafficRole'],
      calls: [['read a merchant', 'dynamodb:GetItem', merchants]],
    },
    {
      may: ['EndpointRole', 'RefreshRole'],
      calls: [
        write('store platform keys', 'mchid', 'platform_keys', 'version'),
        write('claim the download of certificates', 'mchid', 'refreshed_at', 'refresh_claimed_until'),
      ],
    },
    { may: ['RefreshRole', 'PreTrafficRole'], calls: [['list merchants', 'dynamodb:Scan', merchants]] },
    {
      may: ['EndpointRole'],
      calls: [['remember requests and outcomes', dynamodb('GetItem UpdateItem'), outcomes]],
    },
    {
      may: [],
      calls: [
        ['add, remove or take away merchants', except('GetItem UpdateItem Scan'), merchants, harmless],
        write('change how a merchant signs', 'mchid', 'version', 'certificate_serial', 'signing_key_arn'),
        write(
          'change an APIv3 key along with platform keys',
          'mchid',
          'platform_keys',
          'version',
          'api_v3_key',
        ),
        ['write whatever it be of a merchant', 'dynamodb:UpdateItem', merchants],
        ['list, replace or delete outcomes', except('GetItem UpdateItem'), outcomes, harmless],
        table('reach the registry of another stage', `${OTHER_NAME}-merchants`),
        table('reach a table whose name begins alike', `${NAME}-merchants-2`),
        table('reach an index or a backup of the registry', `${NAME}-merchants/index/x`),
        table('reach any other table', 'customers'),
      ],
    },
  ];
};

const sqs = (names: string) => names.split(' ').map((name) => `sqs:${name}`);
const RECEIVE = sqs('ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes GetQueueUrl');
const SEND_OR_MANAGE = sqs(
  'SendMessage PurgeQueue DeleteQueue SetQueueAttributes AddPermission StartMessageMoveTask TagQueue',
);

/** The endpoints' queues, their dead letters, and all other queues. */
export const queues = ({ arn, arnOf, endpoints }: Place): Calls[] => {
  const asides = endpoints.flatMap(({ id }) => [`${id}DeadLetters`, `${id}Undelivered`]);
  const all = [...endpoints.map(({ id }) => `${id}Queue`), ...asides, 'BusUndelivered'];
  return [
    {
      may: ['EndpointRole'],
      calls: endpoints.map(({ id }): Call => [`receive from ${id}Queue`, RECEIVE, arn(`${id}Queue`)]),
    },
    {
      may: [],
      calls: [
        ...[...asides, 'BusUndelivered'].map(
          (id): Call => [`receive from ${id}`, [...RECEIVE, 'sqs:ListMessageMoveTasks'], arn(id)],
        ),
        ...all.map((id): Call => [`send to, purge or change ${id}`, SEND_OR_MANAGE, arn(id)]),
        ...endpoints.map(
          ({ id }): Call => [
            `receive from ${id}Queue without TLS`,
            RECEIVE,
            arn(`${id}Queue`),
            { 'aws:SecureTransport': 'false' },
          ],
        ),
        ['use any other queue', [...RECEIVE, ...SEND_OR_MANAGE], arnOf('sqs', 'orders')],
        [
          'use a queue of another stage',
          [...RECEIVE, ...SEND_OR_MANAGE],
          arnOf('sqs', `${OTHER_NAME}-vehicleEtcPreopen`),
        ],
      ],
    },
  ];
};

/** Events: outcomes and notifications on our bus, each by who knows, and nothing else. */
export const events = ({ arn, arnOf, endpoints }: Place): Calls[] => {
  const bus = (name: string) => arnOf('events', `event-bus/${name}`);
  const ofType = (type: string) => ({ 'events:source': SOURCE, 'events:detail-type': type });
  const [first = { name: '' }] = endpoints;
  const outcome = ofType(detailType(first, 'Succeeded'));
  const told = ofType(detailTypesOf(notifications)[0] ?? '');
  const put = (story: string, to: string, context: Context = {}): Call => [
    story,
    'events:PutEvents',
    to,
    context,
  ];
  const change = 'DeleteRule DisableRule PutRule PutTargets RemoveTargets'.split(' ');
  return [
    {
      may: ['EndpointRole'],
      calls: endpoints.flatMap((endpoint) =>
        (['Succeeded', 'Failed'] as const).map((kind) =>
          put(`tell ${detailType(endpoint, kind)}`, arn('EventBus'), ofType(detailType(endpoint, kind))),
        ),
      ),
    },
    {
      may: ['NotificationsRole'],
      calls: detailTypesOf(notifications).map((type) =>
        put(`tell of a notification: ${type}`, arn('EventBus'), ofType(type)),
      ),
    },
    {
      may: [],
      calls: [
        put('ask for a pre-sign', arn('EventBus'), ofType(detailType(first, 'Requested'))),
        put('ask for a pre-sign under another source', arn('EventBus'), {
          ...ofType(detailType(first, 'Requested')),
          'events:source': 'shop',
        }),
        put('tell of a notification under another source', arn('EventBus'), {
          ...told,
          'events:source': 'shop',
        }),
        put('tell what nobody knows', arn('EventBus'), ofType('Anything')),
        put('tell without a detail-type', arn('EventBus'), { 'events:source': SOURCE }),
        put('tell under a source that begins alike', arn('EventBus'), {
          ...outcome,
          'events:source': `${SOURCE}.x`,
        }),
        put('tell without a source', arn('EventBus')),
        put('tell the default bus', bus('default'), outcome),
        put('tell the default bus of a notification', bus('default'), told),
        put('tell the bus of another stage', bus(OTHER_NAME), outcome),
        put('tell a bus whose name begins alike', bus(`${NAME}-2`), outcome),
        [
          'open, drop or replay the bus',
          ['events:PutPermission', 'events:DeleteEventBus', 'events:StartReplay'],
          arn('EventBus'),
          outcome,
        ],
        ...endpoints.map(
          ({ name }): Call => [
            `change the rule of ${name}`,
            change.map((action) => `events:${action}`),
            arnOf('events', `rule/${NAME}/${NAME}-${name}`),
          ],
        ),
      ],
    },
  ];
};
