import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { notifications } from '../../../functions/notifications.ts';
import { eventSchemas } from '../../../lib/documents/event-schemas.ts';
import { notificationSchemas } from '../../../lib/documents/notification-schemas.ts';
import type { Endpoint } from '../../../lib/endpoint.ts';

export type Event = { 'detail-type': string; source: string; detail: Record<string, unknown> };
export type Schema = { $id: string; examples: Event[]; properties: { detail: object } };

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const newAjv = () =>
  new Ajv2020({
    keywords: ['x-sensitive'],
    formats: { 'date-time': RFC_3339 },
    strictTypes: false,
    strictRequired: false,
  });

/** The generated contracts, compiled in ajv's strict mode: a keyword it does not know is an error. */
export const contractsOf = (endpoints: readonly Endpoint[]) => {
  const ajv = newAjv();
  const all = { ...eventSchemas(endpoints), ...notificationSchemas(notifications) };
  const schemas = all as unknown as Record<string, Schema>;
  const validators = new Map<string, ValidateFunction>(
    Object.entries(schemas).map(([type, schema]) => [type, ajv.compile(schema)]),
  );
  const details = new Map<string, ValidateFunction>(
    Object.entries(schemas).map(([type, { properties }]) => [type, ajv.compile(properties.detail)]),
  );
  const errorsOf = (all: Map<string, ValidateFunction>, type: string, value: unknown): unknown[] => {
    const validate = all.get(type);
    if (validate === undefined) return [`there is no event ${type}`];
    return validate(value) ? [] : (validate.errors ?? []);
  };
  return {
    schemas,
    /** What an event, or its detail alone, has wrong. */
    errorsOfEvent: (event: Event) => errorsOf(validators, event['detail-type'], event),
    errorsOfDetail: (type: string, detail: unknown) => errorsOf(details, type, detail),
  };
};
