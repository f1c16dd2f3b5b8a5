import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { createRegistry } from '../../lib/merchants/registry.ts';
import { MCHID_TAG, namesOf, STAGE_TAG } from '../../lib/names.ts';
import { issueCertificate, type KeyPair } from '../../sandbox/pki.ts';
import { startWechatPay } from '../../sandbox/server.ts';
import { describeKey } from '../../tools/commands/merchant/kms-visible.ts';
import { merchant } from '../../tools/commands/merchant/tool.ts';
import { startDynamo } from '../aws/dynamodb.ts';
import { startKms } from '../aws/kms/kms.ts';
import { clientOf } from './aws/kms-test-client.ts';
import { CHILD_ENV } from './child-env.ts';
import { storedPublicKey } from './protocol.ts';
import { STRICT } from './sandbox/strict.ts';
import { type HereOptions, jsonIn, type Ran, runHere, withStage } from './tool-here.ts';

export const MERCHANT = fileURLToPath(new URL('../../tools/merchant.ts', import.meta.url));
export const MCHID = '1900000001';
export const API_V3_KEY = 'Canary3keyCanary3keyCanary3key32';

export type AloneOptions = HereOptions & {
  /** Lets the tool read files, and neither write any, but what Node compiles, nor start a process. */
  confined?: boolean;
};

/** How a tool ends, and all it prints. */
export const outcomeOf = async (
  child: ChildProcessByStdio<Writable | null, Readable, Readable>,
): Promise<Omit<Ran, 'json'>> => {
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...text };
};

/** The tool as an operator's shell runs it: a process with `env`, and no terminal. */
export const startTool = (
  args: readonly string[],
  env: Record<string, string>,
  { input, confined = false }: Omit<AloneOptions, 'env'> = {},
) => {
  const confinement = confined
    ? ['--permission', '--allow-fs-read=*', `--allow-fs-write=${CHILD_ENV.NODE_COMPILE_CACHE}`]
    : [];
  const child = spawn(process.execPath, [...confinement, MERCHANT, ...withStage(args)], { env });
  const ended = outcomeOf(child).then((outcome): Ran => ({ ...outcome, json: jsonIn(outcome.stdout) }));
  // A tool that does not want the input ends before it is written.
  child.stdin.on('error', () => undefined).end(input);
  return { ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
};

export type World = Awaited<ReturnType<typeof startWorld>>;

/** A freshly deployed stage `dev` without merchants, an account at WeChat Pay, and a folder for files. */
export const startWorld = async ({ region = 'cn-north-1' }: { region?: string } = {}) => {
  const [wechatpay, kms, dynamo, folder] = await Promise.all([
    startWechatPay(STRICT),
    startKms({ region }),
    startDynamo({ region }),
    mkdtemp(join(tmpdir(), 'merchant-')),
  ]);
  const table = namesOf('dev').merchantsTable;
  await dynamo.createTable(table, 'mchid');
  const kmsClient = clientOf(kms);
  const dataKey = kms.createSymmetricKey('alias/wechatpay-presign-dev-data');
  const registry = createRegistry(dynamo.client, table);

  const env: Record<string, string> = {
    ...CHILD_ENV,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: kms.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: kms.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_KMS: kms.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    WECHATPAY_HOSTS: `${wechatpay.url},${wechatpay.backupUrl}`,
  };
  const run = (args: readonly string[], options?: HereOptions): Promise<Ran> =>
    runHere(merchant, env, args, options);

  return {
    wechatpay,
    kms,
    kmsClient,
    dynamo,
    registry,
    dataKeyArn: dataKey.arn,
    folder,
    env,
    run,
    /** Runs with --json. */
    json: (args: readonly string[], options?: HereOptions) => run([...args, '--json'], options),
    /** Runs in a process of its own. */
    runAlone: (args: readonly string[], { env: more, ...options }: AloneOptions = {}): Promise<Ran> =>
      startTool(args, { ...env, ...more }, options).ended,
    file: async (name: string, content: string | Buffer): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
    /** What the merchant platform does with a request: a certificate for its public key, known to WeChat Pay. */
    certify: async (
      publicKeyPem: string,
      mchid = MCHID,
      validity: { notAfter?: Date; notBefore?: Date } = {},
    ) => issueCertificate({ ca: wechatpay.ca, commonName: mchid, publicKeyPem, ...validity }),
    /** What a deployed Lambda would find. */
    lambdaEnv: {
      ...env,
      MERCHANTS_TABLE: table,
      OUTCOMES_TABLE: 'outcomes',
      EVENT_BUS_NAME: 'bus',
      DATA_KEY_ARN: dataKey.arn,
    },
    close: async () => {
      kmsClient.destroy();
      await Promise.all([wechatpay.close(), kms.close(), dynamo.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** A merchant born in KMS, in the registry and at WeChat Pay, made without the tool. */
export const addCompleteMerchant = async (
  world: World,
  mchid: string,
  { mode = 'certificate' }: { mode?: 'certificate' | 'public-key' | 'both' } = {},
) => {
  const { arn, publicKeyPem } = await createTaggedKey(world, mchid);
  const certificate = await world.certify(publicKeyPem, mchid);
  await world.wechatpay.addMerchant({
    mchid,
    certificatePem: certificate.certificatePem,
    apiV3Key: API_V3_KEY,
    mode,
  });
  await world.registry.create({
    mchid,
    certificate_serial: certificate.serial,
    signing_key_arn: arn,
    certificate_not_after: certificate.notAfter.toISOString(),
    platform_keys: {},
    version: 1,
  });
  return { arn, publicKeyPem, certificate };
};

/** A complete merchant that has WeChat Pay's public key, to encrypt with. */
export const addMerchantWithPublicKey = async (world: World, mchid: string): Promise<void> => {
  await addCompleteMerchant(world, mchid, { mode: 'public-key' });
  const { id, pem } = world.wechatpay.platform.publicKey(mchid);
  const item = await world.registry.readItem(mchid);
  const platform_keys = { [id]: storedPublicKey(pem) };
  if (item === undefined || !(await world.registry.update(item, { platform_keys })))
    throw new Error('not written');
};

/** A key as create-key makes it. */
export const createTaggedKey = ({ kms }: World, mchid: string, stage = 'dev') =>
  kms.createRsaKey({ tags: { [STAGE_TAG]: stage, [MCHID_TAG]: mchid } });

/** The keys that were made for a merchant and will not be deleted. */
export const keysOf = async ({ kmsClient }: World, mchid: string): Promise<string[]> => {
  const { Keys = [] } = await kmsClient.send(new ListKeysCommand({}));
  const all = await Promise.all(Keys.map(({ KeyArn = '' }) => describeKey(kmsClient, KeyArn)));
  return all.flatMap((key) =>
    key?.Description?.includes(mchid) && key.KeyState !== 'PendingDeletion' ? [String(key.Arn)] : [],
  );
};

/** The command that imports this key, with a certificate for it. */
export const importing = async (world: World, pair: KeyPair, mchid: string): Promise<string[]> => {
  const { certificatePem } = await world.certify(pair.publicKeyPem, mchid);
  const key = await world.file('key.pem', pair.privateKeyPem);
  const certificate = await world.file('cert.pem', certificatePem);
  return ['import-key', mchid, '--key-file', key, '--certificate-file', certificate];
};
