import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ROOT, startProcess, UP } from '../commands/started.ts';
import { CHILD_ENV } from '../support/child-env.ts';
import { blocks, readPage } from '../support/docs/page.ts';
import { eventually } from '../support/world.ts';

const [, section = ''] = (await readPage('operator.md')).split('## Rehearse it\n');
const [
  begin = '',
  look = '',
  walk = '',
  apiV3Key = '',
  act = '',
  notify = '',
  revoke = '',
  replace = '',
  fail = '',
  redrive = '',
  ...others
] = blocks(section.split('\n## ')[0] ?? '', 'sh');

let folder: string;
/** A checkout of this project, so that the files somebody makes in it are not left in ours. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rehearsal-'));
  const names = (await readdir(ROOT)).filter((name) => !name.startsWith('.'));
  await Promise.all(names.map((name) => symlink(join(ROOT, name), join(folder, name))));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('docs/operator.md, word for word: from nothing to a pre-sign, then a dead letter made, listed and redriven', async () => {
  expect(others).toEqual([]);
  const { HOME = '' } = process.env;
  // What many a shell has set, and what must not win over the lines that are pasted.
  const [proxy, nobody] = ['http://127.0.0.1:9', 'nobody'];
  const proxies = { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, NO_PROXY: 'example.com' };
  const env = { ...CHILD_ENV, HOME, ...proxies, AWS_PROFILE: nobody, AWS_DEFAULT_PROFILE: nobody };
  // Elsewhere than the page says, for somebody may be there.
  const started = startProcess('sh', ['-c', `exec ${begin.trim()} -- --port 0`], { cwd: folder, env });
  const { text, said } = started;
  await said(UP);
  const printed = (pattern: RegExp): string => pattern.exec(text.stderr)?.[0] ?? '';
  const exports = printed(/^unset [\s\S]*?\n\n/m);
  const shell = async (commands: string): Promise<string> => {
    const ran = promisify(execFile)('sh', ['-euc', exports + commands], { cwd: folder, env });
    return (await ran).stdout;
  };

  // All that version 1 of the AWS CLI looks at.
  expect(await shell('printenv AWS_DEFAULT_REGION; printenv AWS_DEFAULT_PROFILE || echo none')).toBe(
    'cn-north-1\nnone\n',
  );
  expect(await shell(look)).not.toMatch(/^\d+ {2}(?:warn|fail)/m);
  const made = await shell(walk);
  expect(made).not.toMatch(/^\d+ {2}(?:warn|fail)/m);
  expect(made).toMatch(/\{"preopen_id":"\w{32}",/);
  expect(await shell(apiV3Key)).toMatch(/^1900000009 {2}ok {4}the APIv3 key opens/m);

  const [, id = ''] = /"preopen_id":"(\w+)"/.exec(made) ?? [];
  const [first = '', sign = '', pause = '', list = ''] = act.trim().split('\n');
  expect(await shell(first)).toContain(id);
  const [, contract = ''] = /"contract_id":"(\w+)"/.exec(await shell(sign.replace('PREOPEN_ID', id))) ?? [];
  await shell(pause.replace('CONTRACT_ID', contract));
  expect(await shell(list)).toMatch(new RegExp(`"contract_id":"${contract}","state":"PAUSE"`));
  expect(await shell(notify)).toContain('"TEST"');

  const call = walk.slice(walk.indexOf('curl -sS "$PRESIGN_API'));
  expect(await shell(`{ ${revoke.trim()}\n} || true`)).toMatch(
    /^1900000009 {2}fail {2}WeChat Pay refuses the signature/m,
  );
  expect(await shell(call)).toContain('SERVICE_UNAVAILABLE');
  await said(/"reason":"signature_refused"/);
  expect(await shell(replace)).not.toMatch(/^\d+ {2}fail/m);
  await eventually(async () => /^\{"preopen_id":"\w{32}",/.test(await shell(call)));

  await shell(fail);
  await shell(printed(/^curl -s '[\s\S]*?'$/m));
  await said(/pre-sign dead-lettered/);
  const moved = await shell(redrive);
  expect(moved).toMatch(
    /vehicleEtcPreopen dead-letters: 1 message\n.*\n.*valid: it failed for a passing reason/,
  );
  expect(moved).toContain('vehicleEtcPreopen dead-letters: 1 message moved');
  await said(/^VehicleEtcPreopenSucceeded \{"request_id":"queue-/m);
  started.child.kill();
  await started.ended;
}, 600_000);

it('docs/operator.md names the ports that npm start takes, and its first option', async () => {
  const { text, ended } = startProcess(process.execPath, ['launch.js', 'tools/start.ts', '--help']);
  await ended;
  expect(text.stdout).toContain('default 3000');
  expect(section).toContain('listens on ports 3000 to 3006');
});
