import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { asideOf, endpointNameOf, namesOf, prefixOf } from '../../lib/names.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, ROOT), 'utf8');

const sources = await Promise.all(
  ['functions', 'lib', 'stack', 'tools'].map(async (folder) =>
    (await readdir(new URL(folder, ROOT), { recursive: true }))
      .filter((name) => /\.(?:ts|js|yml)$/.test(name))
      .map((name) => `${folder}/${name}`),
  ),
);
const files = await Promise.all(
  [...sources.flat(), 'serverless.yml'].map(async (path) => ({ path, text: await read(path) })),
);

/** Comments may name what they speak of. */
const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*(?:\/\/|#).*$/gm, '');

it.each([
  ['the namespace of metrics', /WechatPayPresign/, ['lib/names.ts']],
  ['what APIv3 keys are encrypted for', /wechatpay:api-v3-key/, ['lib/names.ts']],
  [
    'how names begin',
    /wechatpay-presign-|['"]wechatpay-presign['"]|ResourceTag\/w|source.*: wechatpay/,
    ['lib/documents/openapi.ts', 'lib/events/contract.ts', 'lib/names.ts'],
  ],
  ['the tables', /-merchants\b|-outcomes\b/, ['lib/names.ts']],
  ['the queues aside', /\}-(?:dead-letters|undelivered)/, []],
  ['how often a message is received', /RECEIVES = |maxReceiveCount: \d/, ['lib/events/back-off.ts']],
  [
    'how KMS calls what somebody must act on',
    /KMSInvalidState|DisabledException|pending deletion'/,
    ['lib/merchants/kms-faults.ts'],
  ],
])('%s is stated once', (_, spelled, where) => {
  expect(
    files
      .filter(({ text }) => spelled.test(code(text)))
      .map(({ path }) => path)
      .sort(),
  ).toEqual(where);
});

it('are those that the pages for operators and producers name', async () => {
  const { eventBus, merchantsTable, dataKeyAlias, outcomesTable } = namesOf('STAGE');
  const [operator, events, letters] = await Promise.all(
    ['operator.md', 'events.md', 'dead-letters.md'].map((page) => read(`docs/${page}`)),
  );
  for (const name of [merchantsTable, dataKeyAlias]) expect(operator).toContain(`\`${name}\``);
  for (const name of [eventBus, outcomesTable]) expect(events).toContain(`\`${name}\``);
  const queue = endpointNameOf(prefixOf('STAGE'), 'ENDPOINT');
  for (const aside of ['dead-letters', 'undelivered'] as const)
    expect(letters).toContain(`\`${asideOf(queue, aside)}\``);
});
