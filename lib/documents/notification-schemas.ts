import { SOURCE } from '../events/contract.ts';
import { MCHID } from '../merchants/record.ts';
import { type KnownEvent, type Notifications, OTHER } from '../notifications/contract.ts';
import { exampleOf } from './endpoints.ts';
import { ADDED, ADDED_EXAMPLE } from './event-schemas.ts';
import { type Json, schemaOf } from './json-schema.ts';

const text = (description: string): Json => ({ type: 'string', minLength: 1, description });

type Told = { name: string; description: string; event_type: Json; resource: Json; example: Json };

const contract = ({ name, description, event_type, resource, example }: Told): Json => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: `urn:wechatpay-presign:event:${name}`,
  title: name,
  description: `${description} It may arrive more than once, and not in order; members may be added to it.`,
  type: 'object',
  required: ['detail-type', 'source', 'detail', ...Object.keys(ADDED)],
  properties: {
    ...ADDED,
    'detail-type': { const: name },
    source: { const: SOURCE },
    detail: {
      type: 'object',
      required: ['mchid', 'notification_id', 'event_type', 'create_time', 'resource'],
      properties: {
        mchid: {
          type: 'string',
          pattern: MCHID.source,
          description: 'The merchant whose URL WeChat Pay has called.',
        },
        notification_id: text(
          "WeChat Pay's id of the notification, the same however often it comes: what to tell repetitions by.",
        ),
        event_type,
        create_time: text('When WeChat Pay made the notification; RFC 3339.'),
        resource,
      },
    },
  },
  examples: [{ ...ADDED_EXAMPLE, 'detail-type': name, source: SOURCE, detail: example }],
});

const exampleDetail = (event_type: string, resource: unknown): Json => ({
  mchid: '1900000001',
  notification_id: '3119dfba-e649-5eec-ab1e-3412bc4d2e17',
  event_type,
  create_time: '2026-11-21T14:00:00+08:00',
  resource,
});

const known = ({ name, eventType, summary, resource }: KnownEvent): Json =>
  contract({
    name,
    description: `${summary}, as WeChat Pay tells; its signature is verified.`,
    event_type: { const: eventType, description: "WeChat Pay's own name of what has happened." },
    resource: {
      ...schemaOf(resource),
      description: 'What WeChat Pay tells, decrypted. It holds personal data; WeChat Pay may add members.',
    },
    example: exampleDetail(eventType, exampleOf(resource)),
  });

const other = (): Json =>
  contract({
    name: OTHER,
    description:
      'WeChat Pay has told something that has no event of its own here; its signature is verified.',
    event_type: text("WeChat Pay's own name of what has happened."),
    resource: {
      type: 'object',
      description:
        'What WeChat Pay tells, decrypted: see its page for this event_type. It may hold personal data.',
    },
    example: exampleDetail('EDU_SCHOOL_PAY.USER_DEBT_STATE_UPDATE', { debt_count: 0, state: 'NORMAL' }),
  });

/** JSON Schema 2020-12 of each event that tells of a notification, envelope included, by detail-type. */
export const notificationSchemas = ({ events }: Notifications): Record<string, Json> => ({
  ...Object.fromEntries(events.map((event) => [event.name, known(event)])),
  [OTHER]: other(),
});
