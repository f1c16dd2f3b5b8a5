import { createPreTrafficHandler } from '../lib/pre-traffic.ts';

export const handler = createPreTrafficHandler('preTrafficCheck');
