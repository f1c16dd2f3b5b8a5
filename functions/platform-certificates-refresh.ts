import { createRefreshHandler } from '../lib/compose/refresh.ts';

export const handler = createRefreshHandler('platformCertificatesRefresh');
