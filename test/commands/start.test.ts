import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { notifications } from '../../functions/notifications.ts';
import { contractEndpointsIn, endpointsIn } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { ToldProductRequest, ToldTrace } from '../../sandbox/product/told.ts';
import { portsFrom, requireFreePorts } from '../../tools/start/ports.ts';
import { standInOf } from '../aws/stand-ins.ts';
import { eventually } from '../support/world.ts';
import { ROOT, start, startProcess, UP } from './started.ts';

const run = promisify(execFile);
const endpoints = await endpointsIn();

const linesIn = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** What WeChat Pay calls the pre-sign in an answer of the endpoint. @throws Error when there is no such thing in it. */
const idIn = (endpoint: Endpoint | undefined, answer: object): string => {
  if (endpoint === undefined) throw new Error('no endpoint');
  const id: unknown = Object.entries(answer).find(
    ([name]) => name === standInOf(endpoint).answer.member,
  )?.[1];
  if (typeof id !== 'string' || id === '') throw new Error(`no id in ${JSON.stringify(answer)}`);
  return id;
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The console's side of it: each way, with the call that was made, what was signed for it, and what was logged. */
const showsItsSteps = async (stderr: string): Promise<void> => {
  const url = /console is at (\S+):/.exec(stderr)?.[1] ?? '';
  const get = async (path: string) =>
    JSON.parse((await run('curl', ['-s', `${url}/__sandbox/${path}`])).stdout);
  const requests: ToldProductRequest[] = await get('product/requests');
  for (const way of ['api', 'event']) {
    const made = requests.find((one) => one.way === way && one.method === 'POST' && one.status === 200);
    const { steps, verified, log }: ToldTrace = await get(`product/requests/${made?.n}`);
    const signed = steps.filter((one) => one.step === 'signed');
    expect(signed.some(({ digest, expected }) => digest === expected)).toBe(true);
    expect(steps.find((one) => one.step === 'called')).toMatchObject({ call: verified?.call });
    expect(log).toContainEqual(expect.objectContaining({ message: 'pre-sign succeeded' }));
  }
};

/** Ports that fetch refuses to call, in any program; the first that nobody listens at. */
const portThatFetchRefuses = async (): Promise<string> => {
  for (const port of ['6000', '6566', '6665', '6697', '10080'])
    if (
      await requireFreePorts(portsFrom(port)).then(
        () => true,
        () => false,
      )
    )
      return port;
  throw new Error('none is free');
};

describe('npm start that is up', () => {
  let up: ReturnType<typeof start>;
  beforeAll(async () => {
    up = start('--port', '0', '--iam');
    await up.said(UP);
  }, 600_000);

  it('keeps its port: another says that it is taken, and which to take', async () => {
    const port = /127\.0\.0\.1:(\d+)/.exec(up.text.stderr)?.[1] ?? '';
    const second = start('--port', port);
    expect(await second.ended).toEqual([1, null]);
    expect(second.text.stderr).toBe(
      `Port ${port}, for the API, is in use. End what listens there, or take 7 other ports: \`npm start -- --port 4000\` takes 4000 to 4006.\n`,
    );
  });

  it('leaves room for npm run demo, which prints a JSON line per step of each contract’s life and ends with 0, on a port that fetch refuses too', async () => {
    const { text, ended } = start('--demo', '--port', await portThatFetchRefuses());
    expect(await ended).toEqual([0, null]);
    const lines = linesIn(text.stdout);
    for (const { name: lambda, response, launch } of endpoints) {
      const [presigned] = lines.filter((line) => line['lambda'] === lambda);
      expect(presigned).toMatchObject({ via: 'api', status: 200 });
      expect(response.safeParse(presigned).success).toBe(true);
      expect(launch?.schema.safeParse(presigned?.['launch']).success).toBe(launch && true);
    }
    for (const { name: lambda, response } of await contractEndpointsIn()) {
      expect(lines).toContainEqual(expect.objectContaining({ lambda, status: response ? 200 : 204 }));
    }
    const heard = lines.filter(({ via }) => via === 'notification').map(({ event }) => event);
    expect([...new Set(heard)].sort()).toEqual(notifications.events.map(({ name }) => name).sort());
    const ofUser = lines.filter(({ via }) => via === 'user');
    const signable = endpoints.filter((endpoint) => standInOf(endpoint).contract !== undefined);
    expect(ofUser.filter((line) => 'signed' in line)).toHaveLength(signable.length);
    expect(lines.at(-1)).toMatchObject({
      via: 'event',
      event: expect.stringMatching(/Succeeded$/),
      status: 200,
    });
  }, 600_000);

  it('takes signed calls alone, as the option asks, but for WeChat Pay’s', async () => {
    const [, url = ''] = /The API listens on (\S+)\./.exec(up.text.stderr) ?? [];
    const post = async (path: string) => {
      const response = await fetch(url + path, { method: 'POST', body: '{}' });
      return [response.status, ((await response.json()) as { message: string }).message];
    };
    expect(await post('/v3/vehicle/etc/preopen')).toEqual([403, 'Forbidden']);
    await up.said(/^API Gateway answered 403, Forbidden: Missing Authentication Token$/m);
    const [status, message] = await post('/notifications/1900000001');
    expect([status, message === 'Forbidden']).toEqual([401, false]);
    expect(up.text.stderr).toContain('the access key sandbox and the secret\nsandbox-secret');
  });

  it('prints a queue that has heard what the service told: outcomes and notifications', async () => {
    const exported = (name: string): string =>
      new RegExp(`^export ${name}=(.*)$`, 'm').exec(up.text.stderr)?.[1] ?? '';
    const credentials = {
      accessKeyId: exported('AWS_ACCESS_KEY_ID'),
      secretAccessKey: exported('AWS_SECRET_ACCESS_KEY'),
    };
    const endpoint = exported('AWS_ENDPOINT_URL_SQS');
    const sqs = new SQSClient({ endpoint, region: exported('AWS_REGION'), credentials });
    const QueueUrl = exported('PRESIGN_QUEUE_URL');
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    sqs.destroy();
    const events = Messages.map(({ Body = '' }) => JSON.parse(Body) as { source: string; detail: object });
    expect([...new Set(events.map(({ source }) => source))]).toEqual(['wechatpay-presign']);
    for (const id of ['request_id', 'notification_id'])
      expect(events.filter(({ detail }) => id in detail)).not.toEqual([]);
  });

  it('stays up, and the curl lines it prints work when pasted, twice, also when packaging has cleared its folder', async () => {
    const { child, text, said, ended } = up;
    const commands = text.stderr.match(/^curl -i [\s\S]*?'$/gm) ?? [];
    expect(commands).toHaveLength(endpoints.length);
    const paste = async (at: number): Promise<void> => {
      const { stdout } = await run('sh', ['-c', commands[at]?.replace('curl -i', 'curl -s') ?? '']);
      idIn(endpoints[at], JSON.parse(stdout) as object);
    };
    const [, ...others] = endpoints;
    for (const at of endpoints.keys()) await paste(at);
    // As `npm run package` does in the checkout. More at once than there are Lambdas, so that new ones must load.
    await rm(join(ROOT, '.esbuild'), { recursive: true, force: true });
    await Promise.all(Array.from({ length: 5 }, () => paste(others.length)));
    const [message = ''] = text.stderr.match(/^curl -s [\s\S]*?'$/gm) ?? [];
    await run('sh', ['-c', message]);
    await said(/^\w+Succeeded \{"request_id":"queue-\d+"/m);
    await showsItsSteps(text.stderr);
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    // What the Lambdas log is shown, and tells nobody's name or number.
    expect(text.stderr).toContain('pre-sign succeeded');
    expect(text.stderr.split('Ctrl-C ends everything')[1]).not.toMatch(
      /张三|11010119900307757X|6222021234567890128/,
    );
  }, 600_000);
});

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'that is ended by %s has done its work once it is up, and not before',
    async (signal) => {
      const statuses = ['', '()'].map(async (upOrNot) => {
        const code = `import { endOnSignals } from './tools/start/signals.ts';
          endOnSignals()${upOrNot}; setInterval(() => {}, 1_000); console.error('begun');`;
        const { child, said, ended } = startProcess(process.execPath, ['--input-type=module', '-e', code]);
        await said(/begun/);
        child.kill(signal);
        return ended;
      });
      expect(await Promise.all(statuses)).toEqual([
        [128 + constants.signals[signal], null],
        [0, null],
      ]);
    },
  );

  it.each([
    [['--port', 'three'], '--port must be a number'],
    [['--nonsense'], "Unknown option '--nonsense'. `npm start -- --help` tells the options."],
    [['4000'], '`npm start -- --help` tells the options.'],
  ])('refuses %j', async (args, message) => {
    const { text, ended } = start(...args);
    expect(await ended).toEqual([1, null]);
    expect(text.stderr).toContain(message);
  });

  it.each([
    ['npm start --port=4000', [], { npm_config_port: '4000' }],
    ['npm start --port 4000', ['4000'], { npm_config_port: '4000' }],
    ['npm start --iam -- --port 4000', ['--port', '4000'], { npm_config_iam: 'true' }],
  ])('does not start when %s has lost its option to npm', async (_, args, kept) => {
    const env = { ...process.env, ...kept };
    const { text, ended } = startProcess(process.execPath, ['launch.js', 'tools/start.ts', ...args], { env });
    expect(await ended).toEqual([1, null]);
    expect(text.stderr).toMatch(/^npm kept --(port|iam) for itself.*: npm start -- --\1( 4000)?\./);
  });

  it('explains itself with --help', async () => {
    const { text, ended } = start('--help');
    expect(await ended).toEqual([0, null]);
    expect(text.stdout).toContain('Usage: npm start');
  });
});

describe('npm start that is ended while it bundles', () => {
  const childrenOf = async (pid: number | undefined): Promise<number[]> => {
    const { stdout } = await run('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }));
    return stdout.split('\n').filter(Boolean).map(Number);
  };
  /** Where bundles are; npm keeps something of its own in the folder. */
  const bundles = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.startsWith('presign-'));
  const isGone = (pid: number) => (): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };

  it.each<[NodeJS.Signals, unknown]>([
    ['SIGINT', [130, null]],
    ['SIGTERM', [143, null]],
    ['SIGKILL', [null, 'SIGKILL']],
  ])('by %s leaves no process and no file behind', async (signal, status) => {
    const args = ['launch.js', 'tools/start.ts', '--port', '0'];
    const env = { ...process.env, TMPDIR: folder };
    const { child, said, ended } = startProcess(process.execPath, args, { env });
    await said(/Bundling/);
    await eventually(async () => (await childrenOf(child.pid)).length > 0);
    const [serverless = 0] = await childrenOf(child.pid);
    expect(await bundles()).toHaveLength(1);
    child.kill(signal);
    expect(await ended).toEqual(status);
    await eventually(isGone(serverless));
    await eventually(async () => (await bundles()).length === 0);
  });

  it('by way of npm alone, whose shell dies and tells it nothing, ends too', async () => {
    const env = { ...process.env, TMPDIR: folder };
    const { child, said, ended } = startProcess('npm', ['start', '--', '--port', '0'], { env });
    await said(/Bundling/);
    await eventually(async () => (await bundles()).length > 0);
    child.kill('SIGTERM');
    // Its output ends when the last of its processes has ended.
    await ended;
    await eventually(async () => (await bundles()).length === 0);
  });
});

describe('a command of package.json', () => {
  const scripts = readFile(join(ROOT, 'package.json'), 'utf8').then(
    (text) => (JSON.parse(text) as { scripts: Record<string, string> }).scripts,
  );

  it('says in a sentence that npm ci is missing, whichever it is', async () => {
    for (const name of ['package.json', 'launch.js', 'lib', 'functions', 'tools', 'sandbox', 'test'])
      await cp(join(ROOT, name), join(folder, name), { recursive: true });
    const commands = Object.values(await scripts).filter((script) => script.startsWith('node launch.js '));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const args = command.split(' ').slice(1);
      const { text, ended } = startProcess(process.execPath, args, { cwd: folder });
      expect([command, await ended]).toEqual([command, [1, null]]);
      expect(text.stderr).toBe('What this needs is not installed. Run `npm ci`, and then this again.\n');
    }
  });

  it('says in a sentence that Node is too old', async () => {
    const args = ['--no-experimental-strip-types', 'launch.js', 'tools/start.ts'];
    const { text, ended } = startProcess(process.execPath, args);
    expect(await ended).toEqual([1, null]);
    expect(text.stderr).toMatch(/^Node v[\d.]+ cannot run this\. Run `npm ci`.*\n$/);
  });

  it('is not written in TypeScript unless it is started by what says so', async () => {
    for (const script of Object.values(await scripts))
      expect(script).not.toMatch(/node (?!launch\.js)\S+\.ts/);
  });
});
