import { describe, expect, it } from '@jest/globals';
import { detail, endpoint, endpoints, envelope, useWorld } from '../support/dead-letters-world.ts';

const world = await useWorld();

describe('--help', () => {
  it.each([
    [['--help'], ['list  ', 'redrive  ', 'purge  ', 'COMMAND --help']],
    [
      ['list', '--help'],
      ['--limit', '--endpoint', '--stage'],
    ],
    [
      ['purge', '--yes', '--help'],
      ['--unreadable', '--endpoint', '--yes', '--stage'],
    ],
  ])('%j', async (args, words) => {
    const before = world.relay.calls.length;
    const { status, stdout, stderr } = await world.run(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const word of words) expect(stdout).toContain(word);
    expect(world.relay.calls).toHaveLength(before);
  });

  it('is shown, as an error, to whoever asks for nothing', async () => {
    expect(await world.run([])).toMatchObject({ status: 2, stdout: '', stderr: /^Usage: / });
  });
});

describe('wrong usage is told, with status 2, and repeats nothing of what was given', () => {
  it.each([
    [['6222021234567890128'], 'There is no such command'],
    [['list', '6222021234567890128'], 'There is an argument too many'],
    [['list', '--6222021234567890128'], 'an option that this command does not have'],
    [['list', '--yes'], 'an option that this command does not have'],
    [['redrive', '--limit', '3'], 'an option that this command does not have'],
    [['list', '--stage'], 'An option lacks its value'],
    [['list', '--stage', '--region'], 'An option lacks its value'],
    [['list', '--endpoint', '-6222021234567890128'], 'An option lacks its value'],
    [['--6222021234567890128', 'list'], 'an option that this command does not have'],
    [['list', '--stage', '6222 0212'], '--stage must be'],
    [['list', '--limit', '0'], '--limit must be a number from 1'],
    [['list', '--limit', 'many'], '--limit must be a number from 1'],
    [
      ['list', '--endpoint', '6222021234567890128'],
      `--endpoint must be one of: ${endpoints.map((e) => e.name).join(', ')}`,
    ],
    [['purge', '--yes'], '--endpoint is missing'],
  ])('%j', async (args, sentence) => {
    const { status, stdout, stderr } = await world.run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('6222');
  });
});

describe('what AWS refuses is explained, without a stack', () => {
  const refuse = (operation: string, name: string) =>
    world.relay.faults.push({ operation, error: { name, message: `secret of ${name}`, status: 400 } });
  const expectExplained = async (args: string[], sentence: string, running = world.run(args)) => {
    const { status, stdout, stderr } = await running;
    expect({ status, said: stderr.includes(sentence), stderr, stdout }).toMatchObject({
      status: 1,
      said: true,
    });
    expect(stdout + stderr).not.toMatch(/ {4}at |secret of Kms/);
  };

  it.each([['list'], ['redrive']])('%s of a stage that is not there', async (command) => {
    await expectExplained(
      [command, '--stage', 'prod'],
      'there is no queue wechatpay-presign-prod-eduschoolpayContractsPresign-dead-letters in this account and region, or it is not yours to see: check --stage, --region and --profile',
    );
  });

  it('in JSON too', async () => {
    const { status, json } = await world.run(['list', '--stage', 'prod', '--json']);
    expect({ status, json }).toEqual({
      status: 1,
      json: { command: 'list', ok: false, error: expect.stringContaining('there is no queue') },
    });
  });

  it('one queue that may not be decrypted does not hide the others', async () => {
    refuse('ReceiveMessage', 'KmsAccessDenied');
    world.put('dead-letters', [envelope(detail('a'))]);
    await expectExplained(
      ['list'],
      'may not use the KMS key that encrypts the queues: they need kms:Decrypt',
    );
    await expectExplained(['list'], `${endpoint.name} undelivered: these AWS credentials`);
  });

  it('a denial, with what AWS says of it', async () => {
    refuse('GetQueueUrl', 'AccessDenied');
    await expectExplained(
      ['list'],
      '(docs/operator.md and docs/dead-letters.md list the permissions) [SQS GetQueueUrl, cn-north-1] AWS says: secret of AccessDenied',
    );
  });

  it('no region, no credentials, and an error nobody foresaw', async () => {
    const list = (env: NodeJS.ProcessEnv) => world.runAlone(['list'], { HOME: '/nowhere', ...env });
    const nowhere = list({ AWS_REGION: undefined });
    await expectExplained(['list'], 'no AWS region: set AWS_REGION', nowhere);
    const nobody = list({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
    await expectExplained(['list'], 'no AWS credentials were found', nobody);
    refuse('GetQueueUrl', 'KmsSomethingNew');
    await expectExplained(['list'], 'an AWS call failed (KmsSomethingNew)');
  });
});
