import { mkdir, rm, writeFile } from 'node:fs/promises';
import { documents, EVENTS_FOLDER } from '../lib/documents/documents.ts';
import { endpointsIn } from '../lib/documents/endpoints.ts';

// npm run openapi: writes the generated files of docs/. A test fails when they are not what the schemas say.
const root = new URL('../', import.meta.url);
const generated = documents(await endpointsIn());
// Anew, so that nothing stays of an endpoint that has gone.
await rm(new URL(EVENTS_FOLDER, root), { recursive: true, force: true });
await mkdir(new URL(EVENTS_FOLDER, root));
for (const [path, text] of generated) await writeFile(new URL(path, root), text);
process.stdout.write(`${[...generated.keys()].join('\n')}\n`);
