import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { API_V3_KEY, MCHID, startWorld, type World } from '../support/cli-world.ts';
import { coldLambda } from '../support/lambda.ts';
import { bodyFor, loadEndpoints } from '../support/world.ts';

const page = await readFile(new URL('../../docs/operator.md', import.meta.url), 'utf8');
const PLACEHOLDER = /^PUB_KEY_ID_\d+…$/;

/** The commands of a section of docs/operator.md, word for word, each as its arguments. */
const commandsOf = (section: string): string[][] => {
  const [, rest = ''] = page.split(`## ${section}\n`);
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(rest) ?? [];
  const lines = block.split('\n').filter((line) => line.startsWith('npm run merchant -- '));
  return lines.map((line) => line.slice('npm run merchant -- '.length).split(' '));
};

let world: World;
afterEach(() => world.close());

/** File names are those in the operator's folder; the id is the one the merchant platform shows. */
const here = (args: readonly string[]): string[] =>
  args.map((arg) => {
    if (PLACEHOLDER.test(arg)) return world.wechatpay.platform.publicKey(MCHID).id;
    return /\.(pem|csr)$/.test(arg) ? join(world.folder, arg) : arg;
  });

const run = async (args: readonly string[]): Promise<void> => {
  const { status, stdout, stderr } = await world.run(here(args));
  expect({
    command: args[0],
    status,
    fails: stdout.includes('  fail  '),
    stderr: status === 0 ? '' : stderr,
  }).toEqual({
    command: args[0],
    status: 0,
    fails: false,
    stderr: '',
  });
};

/** What happens on the merchant platform: a certificate is issued, and the public key can be downloaded. */
const onMerchantPlatform = async (publicKeyPem: string): Promise<void> => {
  const { certificatePem } = await world.certify(publicKeyPem);
  await world.wechatpay.addMerchant({
    mchid: MCHID,
    certificatePem,
    apiV3Key: API_V3_KEY,
    mode: 'public-key',
  });
  await world.file('apiclient_cert.pem', certificatePem);
  await world.file('pub_key.pem', world.wechatpay.platform.publicKey(MCHID).pem);
};

const publicKeyOfRequest = async (): Promise<string> => {
  const pem = await readFile(join(world.folder, `${MCHID}.csr`), 'utf8');
  const request = AsnConvert.parse(
    Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'),
    CertificationRequest,
  );
  const spki = Buffer.from(AsnConvert.serialize(request.certificationRequestInfo.subjectPKInfo));
  return createPublicKey({ key: spki, format: 'der', type: 'spki' })
    .export({ format: 'pem', type: 'spki' })
    .toString();
};

const presignsAtEachEndpoint = async (): Promise<void> => {
  const { all } = await loadEndpoints();
  for (const endpoint of all) {
    const lambda = coldLambda(endpoint, { ...world.lambdaEnv, WECHATPAY_DEFAULT_MCHID: MCHID });
    expect((await lambda.post(bodyFor(endpoint))).status).toBe(200);
  }
  const keys = new Set(
    world.wechatpay.calls.filter(({ method }) => method === 'POST').map((call) => call.platformSerial),
  );
  expect([...keys]).toEqual([world.wechatpay.platform.publicKey(MCHID).id]);
};

describe('docs/operator.md, word for word, from nothing to the first pre-signs', () => {
  it('with a key born in KMS, in a China Region', async () => {
    world = await startWorld();
    const commands = commandsOf('A merchant whose key is born in KMS');
    expect(commands.map(([name]) => name)).toEqual([
      'add',
      'create-key',
      'csr',
      'set-certificate',
      'set-public-key',
      'check',
    ]);
    for (const args of commands) {
      if (args[0] === 'set-certificate') await onMerchantPlatform(await publicKeyOfRequest());
      await run(args);
    }
    await presignsAtEachEndpoint();
  });

  it('with a private key that exists already, elsewhere', async () => {
    world = await startWorld({ region: 'eu-central-1' });
    const commands = commandsOf('A merchant that has a private key already');
    expect(commands.map(([name]) => name)).toEqual(['add', 'import-key', 'set-public-key', 'check']);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await world.file('apiclient_key.pem', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    await onMerchantPlatform(publicKey.export({ format: 'pem', type: 'spki' }).toString());
    for (const args of commands) await run(args);
    await presignsAtEachEndpoint();
  });
});
