import { createRefreshHandler } from '../lib/refresh-runtime.ts';

export const handler = createRefreshHandler('platformCertificatesRefresh');
