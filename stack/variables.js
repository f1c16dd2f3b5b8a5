/**
 * The values that serverless.yml and the files it includes ask for with `${file(stack/variables.js):…}`. A door, because
 * the framework takes .js alone; Node, which loads what is behind it, takes TypeScript.
 */
export { SOURCE } from '../lib/events/contract.ts';
export { SERVICE } from '../lib/names.ts';
export * as access from './access.ts';
export * as alarmEmail from './alarm-email.ts';
export * as alarms from './alarms.ts';
export * as api from './api.ts';
export * as dashboard from './dashboard.ts';
export * as delivery from './delivery.ts';
export * as endpoints from './endpoints.ts';
export * as eventTypes from './event-types.ts';
export * as names from './names.ts';
export * as queues from './queues.ts';
export * as settings from './settings.ts';
