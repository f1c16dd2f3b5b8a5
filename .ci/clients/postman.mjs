// Imports docs/openapi.json as Postman does, with the converter installed in the folder given, and holds what comes of it
// against the document: every operation, and the body of each as the document's example has it.
import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.argv[2], 'package.json'));
const { convertV2 } = require('openapi-to-postmanv2');
const text = readFileSync('docs/openapi.json', 'utf8');
const { result, reason, output } = await new Promise((resolve, reject) => {
  const options = { parametersResolution: 'Example' };
  convertV2({ type: 'string', data: text }, options, (error, made) =>
    error ? reject(error) : resolve(made),
  );
});
if (!result) throw new Error(`Postman refuses the document: ${reason}`);

const requestsIn = (items) => items.flatMap(({ item, request }) => (item ? requestsIn(item) : [request]));
const imported = requestsIn(output[0].data.item).map(({ name, body }) => [
  name,
  body?.raw && JSON.parse(body.raw),
]);
const operations = Object.values(JSON.parse(text).paths).flatMap((path) => Object.values(path));
const documented = operations.map(({ summary, requestBody }) => [
  summary,
  requestBody?.content['application/json'].example,
]);
const inOrder = (list) => list.sort(([one], [other]) => one.localeCompare(other));
deepStrictEqual(inOrder(imported), inOrder(documented));
process.stdout.write(`collection of Postman: ${imported.length} requests\n`);
