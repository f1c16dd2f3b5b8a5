import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MCHID, MERCHANT, outcomeOf, startWorld, type World } from '../support/cli-world.ts';
import { DEAD_LETTERS, endpoint, useWorld } from '../support/dead-letters-world.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LOADED_FILES = new URL('../support/loaded-files.mjs', import.meta.url).href;
const queues = await useWorld();
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const registry = () => world.registry.readItem(MCHID);

describe('an option without -- before it, which npm keeps for itself, never means stage dev', () => {
  /** What an operator's shell does with the line. */
  const npm = (...args: string[]) => {
    const env = { ...world.env, HOME: world.folder };
    return outcomeOf(
      spawn('npm', ['run', '--silent', ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  };

  it.each([[['--stage=prod']], [['--stage', 'prod']]])('npm run merchant add MCHID %j', async (stage) => {
    const { status, stdout, stderr } = await npm('merchant', 'add', MCHID, ...stage);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('npm kept --stage for itself, so nothing was done');
    expect(stderr).toContain('npm run merchant -- add … --stage …');
    expect(stderr).toContain("npm run merchant '--' add … --stage …");
    expect(await registry()).toBeUndefined();
  });

  it('and with it the same line goes where it says', async () => {
    const { status, stderr } = await npm('merchant', '--', 'add', MCHID, '--stage', 'prod');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining(
        'there is no table wechatpay-presign-prod-merchants here: check --stage',
      ),
    });
  });

  it('says nothing of keys when a stage was meant', async () => {
    const { status, stderr } = await npm('merchant', 'list', '--stage', 'sandbox');
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.not.stringContaining('Keys are never') });
  });

  it.each([
    ['region', 'true', '--region …'],
    ['profile', '', '--profile …'],
    ['yes', 'true', '--yes'],
    ['key_file', 'SecretSecretSecretSecretSecret32', '--key-file …'],
  ])('npm_config_%s=%s', async (name, value, option) => {
    const env = { [`npm_config_${name}`]: value };
    const { status, stderr } = await world.run(['set-api-v3-key', MCHID], { env });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining(`-- set-api-v3-key … ${option}.`),
    });
    expect(stderr).not.toContain('SecretSecret');
  });

  it('a setting of npm’s own that is off, or an option given properly as well, is no loss', async () => {
    const env = { npm_config_yes: '', npm_config_json: '', npm_config_stage: 'prod' };
    expect(await world.run(['list', '--stage', 'dev'], { env })).toMatchObject({ status: 0 });
  });

  it.each([
    [['purge', '--endpoint', endpoint.name, '--yes'], 'unreadable', '--unreadable'],
    [['redrive'], 'region', '--region …'],
  ])('dead-letters %j', async (args, name, option) => {
    queues.put('dead-letters', ['{']);
    const { status, stderr } = await queues.run(args, { env: { [`npm_config_${name}`]: 'true' } });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining(`npm run dead-letters -- ${args[0]} … ${option}.`),
    });
    expect(queues.bodies('dead-letters')).toEqual(['{']);
  });
});

describe('a command that changes something, without --stage', () => {
  const bare = (args: string[], env: Record<string, string> = {}) =>
    outcomeOf(
      spawn(process.execPath, [MERCHANT, ...args], {
        env: { ...world.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  const ON_TERMINAL = { NODE_OPTIONS: '--import=data:text/javascript,process.stderr.isTTY=true' };

  it('is not done where nobody sees which stage that is; what only reads is', async () => {
    const { status, stderr } = await bare(['add', MCHID]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('--stage is missing') });
    expect(await registry()).toBeUndefined();
    expect(await bare(['list'])).toEqual({ status: 0, stdout: 'Stage dev has no merchants.\n', stderr: '' });
  });

  it('shows the stage on a terminal, beside the result of a program, too', async () => {
    const { status, stdout, stderr } = await bare(['add', MCHID, '--json'], ON_TERMINAL);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'This changes stage dev: no --stage was given.\n',
    });
    expect(JSON.parse(stdout)).toEqual({
      command: 'add',
      ok: true,
      stage: 'dev',
      mchid: MCHID,
      created: true,
    });
  });

  it('shows it before anything happens', async () => {
    const { stderr } = await bare(['create-key', '1999999999'], ON_TERMINAL);
    expect(stderr).toMatch(/^This changes stage dev.*\nmerchant 1999999999 is not in the registry/);
  });

  it('is told to go on with the same stage', async () => {
    const mchid = '1900000005';
    const notes = [await world.run(['add', mchid]), await world.run(['create-key', mchid])];
    notes.push(await world.run(['csr', mchid]));
    const named = notes.flatMap(({ stderr }) =>
      stderr.match(/(?:create-key|import-key|csr|set-certificate) 1900000005[^,\n]*/g),
    );
    expect(named).toHaveLength(4);
    for (const command of named) expect(command).toContain(' --stage dev');
  });
});

describe('--help', () => {
  it.each([
    [MERCHANT, ['csr', 'retire']],
    [DEAD_LETTERS, ['redrive']],
  ])(
    'of %s is there at once: it loads neither the AWS SDK nor what makes certificate requests',
    async (tool, names) => {
      const args = ['--import', LOADED_FILES, tool, '--help'];
      const { status, stdout, stderr } = await outcomeOf(
        spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }),
      );
      expect(status).toBe(0);
      for (const name of names) expect(stdout).toContain(`  ${name} `);
      expect(stderr).toMatch(/^loaded file:.*commander/m);
      expect(stderr.match(/^loaded .*(?:@aws-sdk|@smithy|@peculiar).*$/gm)).toBeNull();
    },
  );
});
