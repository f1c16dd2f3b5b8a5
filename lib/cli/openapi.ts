import { writeFile } from 'node:fs/promises';
import { endpointsIn } from '../endpoints.ts';
import { openApi } from '../openapi.ts';

// npm run openapi: writes docs/openapi.json. A test fails when the file is not what the schemas say.
const target = new URL('../../docs/openapi.json', import.meta.url);
await writeFile(target, `${JSON.stringify(openApi(await endpointsIn()), null, 2)}\n`);
process.stdout.write('docs/openapi.json written\n');
