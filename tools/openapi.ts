import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { notifications } from '../functions/notifications.ts';
import { EVENTS_FOLDER } from '../lib/documents/documents.ts';
import { contractEndpointsIn, endpointsIn } from '../lib/documents/endpoints.ts';
import { makeFiles } from '../lib/documents/files.ts';
import { READMES, withEndpointTable } from '../lib/documents/table.ts';

// npm run openapi: writes the generated files of docs/ and examples/, and the READMEs' table of endpoints. A test fails
// when they are not what the schemas say.
const root = new URL('../', import.meta.url);
const [endpoints, contractEndpoints] = await Promise.all([endpointsIn(), contractEndpointsIn()]);
const generated = await makeFiles(endpoints, contractEndpoints, notifications);
// Anew, so that nothing stays of an endpoint that has gone.
await rm(new URL(EVENTS_FOLDER, root), { recursive: true, force: true });
await mkdir(new URL(EVENTS_FOLDER, root));
for (const [path, text] of generated) await writeFile(new URL(path, root), text);
for (const [path, columns] of READMES) {
  const readme = new URL(path, root);
  const page = await readFile(readme, 'utf8');
  await writeFile(readme, withEndpointTable(page, columns, endpoints, contractEndpoints));
}
process.stdout.write(`${[...READMES.keys(), ...generated.keys()].join('\n')}\n`);
