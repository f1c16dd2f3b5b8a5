import { createRefreshHandler } from '../lib/runtime.ts';

export const handler = createRefreshHandler('platformCertificatesRefresh');
