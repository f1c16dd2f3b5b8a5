import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endpoint } from '../../functions/vehicle-etc-preopen.ts';
import { exampleOf } from '../../lib/documents/endpoints.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import type { Bundles } from '../support/bundles.ts';
import { payload2 } from '../support/events.ts';
import { loadedFor } from '../support/loaded.ts';
import { runModule } from '../support/protocol.ts';
import { packagedBundles } from '../support/template/packaged.ts';
import { filesInZip } from '../support/zip.ts';

const MCHID = '1900000001';
const ETC = 'vehicle-etc-preopen';
/** Words of the clients that the queue's way in alone needs. */
const QUEUE_ONLY = ['AmazonSQS', 'PutEvents'];

let stack: Stack;
let bundles: Bundles;
beforeAll(async () => {
  [stack, bundles] = await Promise.all([startStack(), packagedBundles()]);
  await stack.addMerchant({ mchid: MCHID });
});
afterAll(async () => {
  await stack?.close();
});

describe.each([
  ['vehicleEtcPreopen', ETC],
  ['platformCertificatesRefresh', 'platform-certificates-refresh'],
])('the zip of %s', (name, file) => {
  it('has every file of the function, and of no other', async () => {
    const files = (await bundles.files(file)).map((path) => `functions/${basename(path)}`);
    expect((await filesInZip(bundles.zip(name))).toSorted()).toEqual(files.toSorted());
  });
});

it('API Gateway’s way in reads at most 320,000 bytes, and nothing that the queue alone needs', async () => {
  const event = payload2({
    path: endpoint.path,
    body: JSON.stringify(exampleOf(endpoint.request)),
    headers: { 'content-type': 'application/json' },
  });
  const { files, bytes } = await loadedFor(event, bundles.file(ETC), stack.env(MCHID));
  expect(files).toContain(bundles.file(ETC));
  expect(bytes).toBeLessThanOrEqual(320_000);
  const read = (await Promise.all(files.map((path) => readFile(path, 'utf8')))).join('\n');
  const everything = await bundles.code(ETC);
  expect(QUEUE_ONLY.filter((word) => everything.includes(word))).toEqual(QUEUE_ONLY);
  expect(QUEUE_ONLY.filter((word) => read.includes(word))).toEqual([]);
});

it('a start does not load undici, as whoever imports node:http as a whole does', async () => {
  const load = `await import(${JSON.stringify(bundles.file(ETC))});
    console.log(JSON.stringify(process.moduleLoadList));`;
  const { stdout } = await runModule(load, { AWS_LAMBDA_FUNCTION_NAME: 'under-test', ...stack.env(MCHID) });
  const modules = JSON.parse(stdout) as string[];
  expect(modules).toContain('NativeModule https');
  expect(modules.filter((name) => name.includes('undici'))).toEqual([]);
});
