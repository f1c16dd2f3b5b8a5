import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generateRsaKeyPair } from '../../sandbox/pki.ts';
import { connectDynamo, connectKms, connectSqs } from '../../tools/aws.ts';
import {
  addCompleteMerchant,
  addMerchantWithPublicKey,
  MCHID,
  startWorld,
  type World,
} from '../support/cli-world.ts';
import { endpoint, useWorld } from '../support/dead-letters-world.ts';

const queues = await useWorld();
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
const listen = async (server: Server | ReturnType<typeof createTcpServer>): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Both tools, with what is set in `env` instead of what works; the first one lists merchants, the second dead letters. */
const expectExplained = async (env: Record<string, string>, sentence: string | RegExp): Promise<string> => {
  const list = ['list', '--endpoint', endpoint.name];
  const ran = await Promise.all([world.runAlone(['list'], { env }), queues.runAlone(list, env)]);
  for (const { status, stdout, stderr } of ran) {
    expect({ status, stdout, stderr }).toMatchObject({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      sentence instanceof RegExp ? sentence : new RegExp(sentence.replace(/[()|.[\]]/g, '\\$&')),
    );
    expect(stderr.split('\n')).toHaveLength(2);
  }
  return ran.map(({ stderr }) => stderr).join('');
};
const AT = (url: string) => ({ AWS_ENDPOINT_URL_DYNAMODB: url, AWS_ENDPOINT_URL_SQS: url });

describe('what keeps a tool from AWS is told with what to look at', () => {
  it('a host that nobody knows, as after a misprint in the region', async () => {
    await expectExplained(
      AT('http://kms.cn-nroth-1.invalid'),
      /the host kms\.cn-nroth-1\.invalid cannot be found: is the region cn-north-1 spelt right .*\((ENOTFOUND|EAI_AGAIN)\) \[(DynamoDB Scan|SQS GetQueueUrl), cn-north-1\]/,
    );
  });

  it('a host where nobody listens', async () => {
    await expectExplained(AT('http://127.0.0.1:1'), 'nothing answers at 127.0.0.1:1: look at the network');
  });

  it.each(['cn-north-1 ', ' ', 'cn_north_1', 'cn-north-1\n'])('the region %j', async (region) => {
    await expectExplained({ AWS_REGION: region }, 'the AWS region is not one: look for blanks and misprints');
  });

  it('no region', async () => {
    await expectExplained(
      { AWS_REGION: '', HOME: world.folder },
      'no AWS region: set AWS_REGION or use --region',
    );
  });

  it('a certificate that is not AWS’s', async () => {
    const { privateKeyPem, publicKeyPem } = await generateRsaKeyPair();
    const { certificatePem } = await world.certify(publicKeyPem);
    const host = await listen(https.createServer({ key: privateKeyPem, cert: certificatePem }));
    await expectExplained(
      AT(`https://${host}`),
      'what answers is not trusted to be AWS (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    );
  });

  it('an answer that is not AWS’s', async () => {
    const host = await listen(createServer((_, response) => response.writeHead(403).end('<html>Blocked')));
    await expectExplained(AT(`http://${host}`), 'what answered is not AWS (status 403)');
    await expectExplained(AT(`https://${host}`), 'what answers does not speak TLS');
  });

  it('an endpoint that accepts and stays silent ends the tool instead of hanging it', async () => {
    const host = await listen(
      createTcpServer((socket) => {
        closers.push(() => socket.destroy());
      }),
    );
    // The tool's own time limits, with time going by two hundred times as fast.
    const hurry = await world.file(
      'hurry.mjs',
      'const t = setTimeout; globalThis.setTimeout = (f, ms, ...a) => t(f, ms / 200, ...a);',
    );
    await expectExplained(
      { ...AT(`http://${host}`), NODE_OPTIONS: `--import=${hurry}` },
      'no answer came in time: run the command again',
    );
  });

  it.each([
    ['ExpiredToken', 'no', 'the AWS session has ended: log in again'],
    ['InvalidClientTokenId', 'no', 'AWS does not know these credentials, or not in this region'],
    ['SignatureDoesNotMatch', 'no', 'the secret access key is not that of the access key'],
    [
      'InvalidSignatureException',
      'Signature expired: a is now earlier than b',
      'the clock of this machine is wrong',
    ],
    ['RequestTimeTooSkewed', 'no', 'the clock of this machine is wrong'],
    ['RequestThrottled', 'no', 'AWS is asked too often just now'],
  ])('%s', async (name, message, sentence) => {
    queues.relay.faults.push({ operation: 'GetQueueUrl', error: { name, message, status: 403 } });
    const { status, stderr } = await queues.run(['list', '--endpoint', endpoint.name]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(sentence) });
    expect(stderr).toContain('[SQS GetQueueUrl, cn-north-1]');
  });

  it('names the call when KMS fails behind the registry', async () => {
    await addCompleteMerchant(world, MCHID);
    world.kms.setPolicy(({ operation }) => operation !== 'GetPublicKey');
    const { stderr } = await world.run(['csr', MCHID]);
    world.kms.setPolicy(undefined);
    expect(stderr).toMatch(/\[KMS GetPublicKey, cn-north-1\] AWS says: .*kms:GetPublicKey/);
  });
});

describe('credentials', () => {
  const withFiles = async (config: string, more: Record<string, string> = {}) => ({
    AWS_CONFIG_FILE: await world.file('config', config),
    AWS_SHARED_CREDENTIALS_FILE: await world.file('credentials', ''),
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    HOME: world.folder,
    ...more,
  });

  it('a profile that is not there', async () => {
    await expectExplained(
      await withFiles('', { AWS_PROFILE: 'nobody' }),
      'no AWS credentials were found: name a profile of ~/.aws with --profile',
    );
  });

  it('an SSO session that has ended', async () => {
    const config = `[profile op]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = cn-north-1\nsso_start_url = https://sso.invalid/\n`;
    await expectExplained(
      await withFiles(config, { AWS_PROFILE: 'op' }),
      'the AWS session has ended: log in again (`aws sso login`)',
    );
  });

  it('a process that fails, without its command line', async () => {
    const config = '[profile op]\ncredential_process = sh -c "exit 1" SecretSecretSecret\n';
    const said = await expectExplained(await withFiles(config, { AWS_PROFILE: 'op' }), /credentials/);
    expect(said).not.toContain('SecretSecret');
  });

  it('a profile asked for by name wins over keys in the environment, unsaid by the SDK', async () => {
    const config = '[profile op]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = profile\n';
    const env = await withFiles(config, {
      AWS_ACCESS_KEY_ID: 'AKIDOTHER',
      AWS_SECRET_ACCESS_KEY: 'other',
    });
    await addCompleteMerchant(world, '1900000007');
    world.kms.clearCalls();
    const { status, stderr } = await world.runAlone(['csr', '1900000007', '--profile', 'op'], { env });
    expect({ status, warned: stderr.includes('WARNING') }).toEqual({ status: 0, warned: false });
    expect(new Set(world.kms.calls.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['AKIDPROFILE']));
  });
});

describe('a proxy', () => {
  const proxy = async (status: number) => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(status).end();
    });
    server.on('connect', (request, socket) => {
      seen.push(`CONNECT ${request.url}`);
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    });
    return { seen, host: await listen(server) };
  };

  it('that HTTPS_PROXY names is where calls of AWS go; its password is in no error', async () => {
    const { seen, host } = await proxy(407);
    const env = { ...AT(''), HTTPS_PROXY: `http://op:SecretSecret@${host}` };
    const said = await expectExplained(
      env,
      'the proxy that HTTPS_PROXY names does not let the call through (407)',
    );
    expect(said).not.toContain('SecretSecret');
    expect(new Set(seen)).toEqual(
      new Set([
        'CONNECT dynamodb.cn-north-1.amazonaws.com.cn:443',
        'CONNECT sqs.cn-north-1.amazonaws.com.cn:443',
      ]),
    );
  });

  it('is where calls of WeChat Pay go, and NO_PROXY is not', async () => {
    const { seen, host } = await proxy(502);
    await addMerchantWithPublicKey(world, '1900000008');
    const env = {
      HTTPS_PROXY: `http://${host}`,
      HTTP_PROXY: `http://${host}`,
      NO_PROXY: '127.0.0.1',
      WECHATPAY_HOSTS: 'https://api.mch.weixin.qq.com',
    };
    const { stdout } = await world.runAlone(['check', '1900000008'], { env });
    expect(stdout).toContain('WeChat Pay cannot be reached: look at the network, at HTTPS_PROXY');
    expect(new Set(seen)).toEqual(new Set(['CONNECT api.mch.weixin.qq.com:443']));
  });

  it.each(['proxy.invalid:8080', 'socks5://127.0.0.1:1', ' '])(
    'that Node would leave out is refused: %j',
    async (url) => {
      await expectExplained(
        { HTTPS_PROXY: url },
        'HTTPS_PROXY does not name a proxy: it has the form http://host:port',
      );
    },
  );
});

describe('every client of the tools', () => {
  it('goes where it is told, and the environment stays as it is', async () => {
    const before = { ...process.env };
    const place = { region: 'cn-north-1', profile: 'op' };
    const clients = [
      await connectKms(place, {}),
      await connectDynamo(place, {}),
      await connectSqs(place, {}),
    ];
    for (const { config } of clients) {
      const tries = await config.maxAttempts();
      expect({ region: await config.region(), profile: config.profile, tries }).toEqual({
        ...place,
        tries: 3,
      });
    }
    expect({ ...process.env }).toEqual(before);
  });
});
