import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/protocol.ts';
import { askControl } from '../support/sandbox/control-client.ts';

// The tarball, installed alone in an empty folder: what anybody gets.

const ROOT = new URL('../../', import.meta.url).pathname;
const PEMS = ['apiclient_cert.pem', 'apiclient_key.pem', 'ca.pem', 'pub_key.pem', 'wechatpay_cert.pem'];

let home: string;
let tarball: string;
let command: string;
const children: ReturnType<typeof spawn>[] = [];

const npm = (cwd: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sandbox-alone-'));
  const [packed] = JSON.parse(
    npm(ROOT, 'pack', '-w', 'sandbox', '--json', '--silent', '--pack-destination', home),
  );
  tarball = join(home, packed.filename);
  process.stdout.write(`${packed.filename}: ${packed.size} bytes, ${packed.unpackedSize} unpacked\n`);
  await writeFile(join(home, 'package.json'), '{"private":true}');
  npm(home, 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball);
  command = join(home, 'node_modules/wechatpay-sandbox/dist/wechatpay-sandbox.js');
}, 600_000);
afterAll(() => rm(home, { recursive: true, force: true }));
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

type Config = Record<string, string> & {
  urls: Record<'http' | 'https' | 'proxy' | 'control', string>;
  merchants: Record<string, string>[];
};

let folders = 0;
const freshFolder = () => {
  folders += 1;
  return join(home, `out-${folders}`);
};

const PORTS = ['--port', '0', '--tls-port', '0', '--proxy-port', '0', '--lang', 'en'];

const run = (...args: string[]) => runIn({}, ...PORTS, ...args);

function runIn(more: Record<string, string>, ...args: string[]) {
  // Not npm's environment: in it, the command would look after its parent.
  const { npm_lifecycle_event: _, ...env } = process.env;
  const child = spawn(process.execPath, [command, ...args], { cwd: home, env: { ...env, ...more } });
  children.push(child);
  const output = { out: '', err: '' };
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (data) => {
      output.out += data;
      if (output.out.includes('Ctrl-C')) resolve();
    });
  });
  child.stderr.on('data', (data) => {
    output.err += data;
  });
  const exit = once(child, 'close').then(([code]) => code as number);
  return { child, output, ready, exit };
}

async function start(out: string, ...args: string[]) {
  const running = run('--out', out, ...args);
  const ended = running.exit.then((code) => {
    throw new Error(`ended with ${code}: ${running.output.err}`);
  });
  // It ends after the test, too.
  ended.catch(() => undefined);
  await Promise.race([running.ready, ended]);
  const config: Config = JSON.parse(await readFile(join(out, 'config.json'), 'utf8'));
  return { ...running, config };
}

async function refusal(...args: string[]) {
  const { output, exit } = run(...args);
  const code = await exit;
  return { code, text: output.err.replace('Starting …\n', '') };
}

const contents = async (folder: string) =>
  Object.fromEntries(
    await Promise.all(PEMS.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );

describe('the tarball', () => {
  it('holds the command, its licence and its page, and nothing of AWS', async () => {
    const installed = join(home, 'node_modules/wechatpay-sandbox');
    const files = (await readdir(installed, { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    expect(files.map(({ name }) => name).sort()).toEqual([
      'LICENSE',
      'README.md',
      'console.js',
      'icon.svg',
      'index.css',
      'index.html',
      'openapi.json',
      'package.json',
      'vue.LICENSE',
      'wechatpay-sandbox.js',
    ]);
    for (const { parentPath, name } of files)
      if (name !== 'LICENSE')
        expect(await readFile(join(parentPath, name), 'utf8')).not.toMatch(/\baws\b|amazon|smithy|dynamodb/i);
    const packages = await readdir(join(home, 'node_modules'));
    expect(packages.filter((name) => /aws|smithy|middy/.test(name))).toEqual([]);
  });

  it('explains itself in two languages', async () => {
    const english = run('--help');
    const chinese = run('--help', '--lang', 'zh-CN');
    expect([await english.exit, await chinese.exit]).toEqual([0, 0]);
    for (const option of ['--port', '--tls-port', '--proxy-port', '--out', '--merchant', '--mode', '--echo'])
      for (const { output } of [english, chinese]) expect(output.out).toContain(option);
    expect(english.output.out).toContain('Options:');
    expect(chinese.output.out).toContain('选项');
  });
});

describe('what it writes', () => {
  it('is a merchant’s files, for nobody else to read, and the same again next time', async () => {
    const out = freshFolder();
    const first = await start(out);
    const { config } = first;
    expect((await readdir(out)).sort()).toEqual([...PEMS, 'config.json', 'sandbox-keys.json'].sort());
    for (const name of await readdir(out)) expect((await stat(join(out, name))).mode & 0o777).toBe(0o600);
    const pems = await contents(out);
    expect(new X509Certificate(pems['apiclient_cert.pem'] ?? '').serialNumber).toBe(config['serial']);
    expect(config['apiV3Key']).toMatch(/^[0-9A-Za-z]{32}$/);
    expect(config['publicKeyId']).toMatch(/^PUB_KEY_ID_\d{28}$/);

    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    const { urls: _, ...again } = (await start(out, '--merchant', '1900000001', '--merchant', '1900000002'))
      .config;
    const { urls: __, merchants, ...once } = config;
    expect(again).toMatchObject({ ...once, merchants: [...merchants, { mchid: '1900000002' }] });
    expect(await contents(out)).toEqual(pems);
    expect(await readdir(join(out, '1900000002'))).toHaveLength(3);
  });

  it('is nothing over a file that is somebody else’s', async () => {
    for (const [name, text] of [
      ['apiclient_key.pem', 'the key of a real merchant'],
      ['config.json', '{"mine":true}'],
      ['sandbox-keys.json', 'no JSON'],
    ] as const) {
      const out = freshFolder();
      await mkdir(out);
      await writeFile(join(out, name), text);
      const { code, text: said } = await refusal('--out', out);
      expect([code, said]).toEqual([1, expect.stringContaining(`${join(out, name)} is there already`)]);
      expect(await readFile(join(out, name), 'utf8')).toBe(text);
      expect(await readdir(out)).toEqual([name]);
    }
  });

  it('stays as it is when the sandbox is started once more and cannot have the port', async () => {
    const out = freshFolder();
    const { config } = await start(out);
    const { port } = new URL(config.urls.http);
    expect((await refusal('--out', out, '--port', port)).text).toContain(`Port ${port} is in use`);
    expect(JSON.parse(await readFile(join(out, 'config.json'), 'utf8'))).toEqual(config);
  });

  it('is refused where keys were damaged', async () => {
    const out = freshFolder();
    const { child, exit } = await start(out);
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    const file = join(out, 'sandbox-keys.json');
    const keys = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...keys, platform: keys.tls.certificatePem }));
    const { code, text } = await refusal('--out', out);
    expect([code, text]).toEqual([1, expect.stringContaining('is not what this has written')]);
  });
});

describe('what it cannot do', () => {
  it('is told in a sentence', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const out = freshFolder();
    const cases: [string[], RegExp][] = [
      [['--out', out, '--tls-port', `${port}`], new RegExp(`^Port ${port} is in use.*--tls-port`)],
      [['--port', '65536'], /^--port must be a number/],
      [['--mode', 'sm2'], /^--mode must be/],
      [['--merchant', 'x'], /^A merchant number/],
      [['--merchant', '1900000001', '--merchant', '1900000001'], /^A merchant number/],
      [['--merchants', join(home, 'none.json')], /none\.json cannot be read: ENOENT/],
      [['--out', join(command, 'below-a-file')], /cannot be used: ENOTDIR/],
      [['--nonsense'], /^There is no such option/],
      [['1900000001'], /^There is an argument too many/],
      [['--out'], /^An option lacks its value/],
    ];
    for (const [args, sentence] of cases) {
      const { code, text } = await refusal(...args);
      expect([code, text]).toEqual([1, expect.stringMatching(sentence)]);
      expect(text.split('\n')).toHaveLength(2);
    }
    server.close();
  });

  it('is what npm has kept for itself, in the language of the system', async () => {
    const npmsOwn = { npm_lifecycle_event: 'sandbox', npm_config_port: '1234', LC_ALL: 'zh_CN.UTF-8' };
    const { output, exit } = runIn(npmsOwn, '1234');
    expect([await exit, output.err]).toEqual([
      1,
      expect.stringMatching(/^npm 截走了 --port，.*-- --port …\n$/),
    ]);
  });
});

describe('the console', () => {
  it('is at the root of the HTTP port, as it is for users', async () => {
    const { config } = await start(freshFolder());
    const page = await fetch(`${config.urls.http}/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const [, script = ''] = /src="([^"]+)"/.exec(await page.text()) ?? [];
    const code = await fetch(new URL(script, page.url));
    expect(code.headers.get('content-type')).toContain('text/javascript');
    expect(await code.text()).not.toContain('[Vue warn]');
  });
});

describe('a call as docs/sdks.md makes it', () => {
  it('is answered, and explained when it was signed wrongly', async () => {
    const out = join(home, 'wechatpay-sandbox');
    const { output, config } = await start(out);
    const page = await readFile(join(ROOT, 'docs/sdks.md'), 'utf8');
    const script = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, text = '']) => text)[1] ?? '';
    const shell = (text: string) => {
      const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
      const { status, stdout, stderr } = spawnSync('sh', ['-c', text], { cwd: home, env, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
      return JSON.parse(stdout);
    };
    expect(shell(script)).toEqual({ echo_message: 'hello' });
    const wrong = script.replace("%s\\n'", "%s'");
    expect(wrong).not.toBe(script);
    expect(shell(wrong).code).toBe('SIGN_ERROR');
    const [told = ''] = [...page.matchAll(/```\n(#2 .*?)```/gs)].map(([, text = '']) => text);
    expect(told).not.toBe('');
    await until(() => output.err.includes(told));
    expect((await askControl(config.urls.http, 'GET', 'calls')).json).toMatchObject([
      { status: 401, findings: [{ code: 'message.no_last_newline' }] },
      { status: 200, findings: [] },
    ]);
  });
});

describe('merchants', () => {
  it('come by option, by file, over HTTP, and by a certificate request', async () => {
    const file = join(home, 'merchants.json');
    const apiV3Key = 'k'.repeat(32);
    await writeFile(file, JSON.stringify([{ mchid: '1900000002', mode: 'certificate', apiV3Key }]));
    const { config } = await start(freshFolder(), '--mode', 'public-key', '--merchants', file);
    expect(config.merchants).toMatchObject([
      { mchid: '1900000001', mode: 'public-key' },
      { mchid: '1900000002', mode: 'certificate', apiV3Key },
    ]);
    expect(config.merchants[1]).not.toHaveProperty('publicKeyId');
    const ask = (method: string, path: string, body = '') => askControl(config.urls.http, method, path, body);
    const made = await ask('POST', 'merchants', '{"mchid":"1900000003"}');
    const certificate = new X509Certificate(made.json.certificatePem);
    expect([made.json.mode, certificate.serialNumber]).toEqual(['both', made.json.serial]);
    for (const wrong of ['{"mchid":"1"}', '{}', 'x', '{"mchid":"1900000005","apiv3key":"x"}'])
      expect((await ask('POST', 'merchants', wrong)).status).toBe(400);
    expect((await ask('POST', 'merchants', '{"mchid":"1900000003"}')).status).toBe(409);
    const taken = JSON.stringify({ mchid: '1900000006', certificatePem: made.json.certificatePem });
    expect(await ask('POST', 'merchants', taken)).toMatchObject({
      status: 400,
      text: expect.stringContaining('already belongs to 1900000003'),
    });
    const request = spawnSync(
      'openssl',
      [
        'req',
        '-new',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        join(home, 'k.pem'),
        '-subj',
        '/CN=1900000004',
      ],
      { encoding: 'utf8' },
    ).stdout;
    expect((await ask('POST', 'merchants/1900000004/certificates', request)).status).toBe(200);
    const listed: { mchid: string }[] = (await ask('GET', 'merchants')).json;
    expect(listed.map(({ mchid }) => mchid)).toEqual([1, 2, 3, 4].map((n) => `190000000${n}`));
  });
});
