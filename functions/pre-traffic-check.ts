import { createPreTrafficHandler } from '../lib/compose/pre-traffic.ts';

export const handler = createPreTrafficHandler('preTrafficCheck');
