import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START = fileURLToPath(new URL('../sandbox/start.ts', import.meta.url));

let running: ChildProcess | undefined;
afterEach(() => void running?.kill('SIGKILL'));

/** The command as npm runs it, in a terminal that gives it nothing to read. */
const start = (...args: string[]) => {
  const child = spawn(process.execPath, [START, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  running = child;
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  const said = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text.stderr)) {
      if (child.stderr.closed) throw new Error(`ended without saying ${pattern}:\n${text.stderr}`);
      await Promise.race([once(child.stderr, 'data'), once(child.stderr, 'close')]);
    }
  };
  return { child, text, said, ended: once(child, 'close') };
};

describe('npm run demo', () => {
  it('prints one JSON line per sign-up, with the id WeChat Pay gave, and ends with 0', async () => {
    const { text, ended } = start('--demo');
    expect(await ended).toEqual([0, null]);
    const lines = text.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toEqual([
      expect.objectContaining({ status: 200, presign_token: expect.stringMatching(/^[0-9a-f]{22}$/) }),
      expect.objectContaining({
        status: 200,
        pre_entrustweb_id: expect.stringMatching(/^\d{4}_[0-9a-f]{64}_[0-9a-f]{32}$/),
      }),
      expect.objectContaining({ status: 200, preopen_id: expect.stringMatching(/^[0-9A-Za-z]{32}$/) }),
      expect.objectContaining({
        via: 'event',
        event: 'VehicleEtcPreopenSucceeded',
        status: 200,
        preopen_id: expect.stringMatching(/^[0-9A-Za-z]{32}$/),
      }),
    ]);
    expect(new Set(lines.map((line) => line['preopen_id'])).size).toBe(3);
  }, 180_000);
});

describe('npm start', () => {
  it('stays up, and the curl lines it prints work when pasted, twice', async () => {
    const { child, text, said, ended } = start('--port', '0');
    await said(/Ctrl-C ends everything/);
    const commands = text.stderr.match(/^curl -i [\s\S]*?'$/gm) ?? [];
    expect(commands).toHaveLength(3);
    for (const command of [...commands, commands[2] ?? '']) {
      const { stdout } = await promisify(execFile)('sh', ['-c', command.replace('curl -i', 'curl -s')]);
      expect(Object.keys(JSON.parse(stdout) as object)[0]).toMatch(
        /preopen_id|presign_token|pre_entrustweb_id/,
      );
    }
    const [message = ''] = text.stderr.match(/^curl -s [\s\S]*?'$/gm) ?? [];
    await promisify(execFile)('sh', ['-c', message]);
    await said(/^VehicleEtcPreopenSucceeded \{"request_id":"shell-\d+"/m);
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(text.stdout.trim().split('\n')).toHaveLength(4);
    // What the Lambdas log is shown, and tells nobody's name or number.
    expect(text.stderr).toContain('sign-up succeeded');
    expect(text.stderr.split('Ctrl-C ends everything')[1]).not.toMatch(
      /张三|11010119900307757X|6222021234567890128/,
    );
  }, 180_000);

  it('says which port is taken', async () => {
    const first = start('--port', '0');
    await first.said(/Ctrl-C ends everything/);
    const port = /127\.0\.0\.1:(\d+)/.exec(first.text.stderr)?.[1] ?? '';
    const second = start('--port', port);
    expect(await second.ended).toEqual([1, null]);
    expect(second.text.stderr).toContain(`port ${port} is in use`);
    first.child.kill('SIGTERM');
    expect(await first.ended).toEqual([0, null]);
  }, 180_000);

  it.each([
    [['--port', 'three'], '--port must be a number'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('refuses %j', async (args, message) => {
    const { text, ended } = start(...args);
    expect(await ended).toEqual([1, null]);
    expect(text.stderr).toContain(message);
  });

  it('explains itself with --help', async () => {
    const { text, ended } = start('--help');
    expect(await ended).toEqual([0, null]);
    expect(text.stdout).toContain('Usage: npm start');
  });
});
