import { createPublicKey } from 'node:crypto';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { SOURCE } from '../../lib/events/contract.ts';
import { issueCertificate } from '../../sandbox/pki.ts';
import type { Events } from '../aws/events/events.ts';
import type { BusEvent } from '../aws/events/put-events.ts';
import { commandsIn, isUntried, startWalk, untriedOn, type Walk } from '../support/docs/deploy-walk.ts';
import { blocks, readPage } from '../support/docs/page.ts';
import { contextFor } from '../support/events.ts';
import { coldLambda } from '../support/lambda.ts';
import { refreshLambda } from '../support/refresh.ts';
import type { Template } from '../support/template/packaged.ts';
import { loadEndpoints } from '../support/world.ts';

const MCHID = '1900000001';
const page = await readPage('deploy.md');
const untried = untriedOn(page);
const commands = blocks(page, 'sh').flatMap(commandsIn);
const { all: endpoints, etc } = await loadEndpoints();

let walk: Walk;
let events: Events;
beforeAll(async () => {
  walk = await startWalk();
  events = await walk.stack.startEvents({ endpoints });
}, 600_000);
afterAll(async () => {
  await events.close();
  await walk.close();
});

const lambdaEnv = () => ({ ...walk.stack.env(MCHID), ...events.env });
const optionOf = (call: readonly string[], name: string): string => call[call.indexOf(name) + 1] ?? '';

/** What happens on the merchant platform: a certificate for the request, the public key, and the APIv3 key is set. */
const onMerchantPlatform = async (): Promise<void> => {
  const { wechatpay } = walk.stack;
  const der = Buffer.from((await walk.read(`${MCHID}.csr`)).replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const { subjectPKInfo } = AsnConvert.parse(der, CertificationRequest).certificationRequestInfo;
  const key = Buffer.from(AsnConvert.serialize(subjectPKInfo));
  const publicKeyPem = createPublicKey({ key, format: 'der', type: 'spki' })
    .export({ format: 'pem', type: 'spki' })
    .toString();
  const { certificatePem } = await issueCertificate({ ca: wechatpay.ca, commonName: MCHID, publicKeyPem });
  const apiV3Key = 'a'.repeat(32);
  await wechatpay.addMerchant({ mchid: MCHID, certificatePem, apiV3Key, mode: 'both' });
  await walk.file('apiclient_cert.pem', certificatePem);
  await walk.file('api_v3_key.txt', apiV3Key);
  await walk.file('pub_key.pem', wechatpay.platform.publicKey(MCHID).pem);
};

/** Puts the entries on the local bus, and waits there for the outcome of the first. */
const throughTheBus = async (entries: PutEventsRequestEntry[]): Promise<BusEvent> => {
  const outcome = new Promise<BusEvent>((resolve) => {
    events.eventBridge.onEvent((event) => event.source === SOURCE && resolve(event));
  });
  const { AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint } = events.env;
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' };
  const client = new EventBridgeClient({ endpoint, region: 'cn-north-1', credentials });
  const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries: entries }));
  client.destroy();
  expect(FailedEntryCount).toBe(0);
  const { handler } = coldLambda(etc, lambdaEnv());
  const poller = events.poll(etc.name, (event) => handler(event, contextFor()));
  const event = await outcome;
  await poller.close();
  return event;
};

/** What is done here in the place of AWS, by how the command begins. */
const inPlaceOfAws: Record<string, (call: string[]) => Promise<void>> = {
  'aws cloudformation describe-stacks': async (call) =>
    expect(optionOf(call, '--stack-name')).toBe('wechatpay-presign-prod'),
  'aws lambda invoke': async (call) => {
    expect(optionOf(call, '--function-name')).toBe('wechatpay-presign-prod-platformCertificatesRefresh');
    const payload = JSON.parse(optionOf(call, '--payload')) as object;
    const report = await refreshLambda(lambdaEnv())(payload);
    expect(page).toContain(`It answers \`${JSON.stringify(report)}\``);
    expect(report.refreshed).toEqual([MCHID]);
  },
  'curl -i https://api.example/v3/vehicle/etc/preopen': async (call) => {
    expect(call[2]).toBe(`https://api.example${etc.path}`);
    expect(optionOf(call, '--aws-sigv4')).toBe('aws:amz:cn-north-1:execute-api');
    expect(optionOf(call, '--user')).toBe('sandbox:sandbox-secret');
    expect(call).toContain('x-amz-security-token: token');
    const file = optionOf(call, '--data-binary').slice(1);
    const { status, json } = await coldLambda(etc, lambdaEnv()).send(await walk.read(file));
    expect([status, Object.keys(json)]).toEqual([200, ['preopen_id', 'launch']]);
  },
  'aws events put-events': async (call) => {
    const file = optionOf(call, '--entries').slice('file://'.length);
    const { 'detail-type': type, detail } = await throughTheBus(JSON.parse(await walk.read(file)));
    expect(type).toBe('VehicleEtcPreopenSucceeded');
    expect(page).toContain(`--filter-pattern '"${String(detail['request_id'])}"'`);
  },
};

const walkOn = async (command: string): Promise<string> => {
  if (command.includes('set-certificate')) await onMerchantPlatform();
  const shown = () => walk.stack.wechatpay.platform.publicKey(MCHID).id;
  const { stdout, calls } = await walk.run(command.replace(/PUB_KEY_ID_\d+…/, shown), events.env);
  for (const call of calls) {
    const known = Object.keys(inPlaceOfAws).find((start) => call.join(' ').startsWith(start));
    if (known === undefined) throw new Error(`neither run nor in the table: ${call.join(' ')}`);
    await inPlaceOfAws[known]?.(call);
  }
  return stdout;
};

const packagedHere = async (): Promise<Template> =>
  JSON.parse(await walk.read('.serverless/cloudformation-template-update-stack.json')) as Template;

describe('docs/deploy.md', () => {
  it('leads word for word from nothing to the first pre-signs, as far as that goes without AWS', async () => {
    const [presign, entries] = blocks(page, 'json').slice(-2);
    await walk.file('pre-sign.json', presign ?? '');
    await walk.file('first-event.json', entries ?? '');
    const printed: Record<string, string> = {};
    // What is exported from an answer of AWS is not used by anything that is run.
    for (const command of commands)
      if (!isUntried(command, untried)) printed[command] = await walkOn(command);
    const [check = ''] = Object.keys(printed).filter((command) => command.includes(' check '));
    expect(printed[check]).toContain('  ok  ');
    expect(printed[check]).not.toContain('  fail  ');
    const [list = ''] = Object.keys(printed).filter((command) => command.includes('dead-letters'));
    for (const { name } of endpoints) expect(printed[list]).toContain(`${name} dead-letters: 0 messages`);
    for (const secret of ['api_v3_key.txt', 'pre-sign.json', 'first-event.json'])
      expect([secret, walk.has(secret)]).toEqual([secret, false]);
  }, 600_000);

  it('packages with the parameters it deploys with, and those have effect', async () => {
    const flags = (start: string) => commands.find((command) => command.startsWith(start))?.split('prod')[1];
    expect(flags('npm run package')).toContain('--param=');
    expect(flags('npm run package')).toBe(flags('npx serverless deploy'));
    const { Resources } = await packagedHere();
    expect(Resources['AlarmEmail']?.Properties).toMatchObject({ Endpoint: 'oncall@example.com' });
    expect(JSON.stringify(Resources)).toContain(`"WECHATPAY_DEFAULT_MCHID":"${MCHID}"`);
  });

  it('says of every command that is not run here that it is not', () => {
    const used = untried.filter((words) => commands.some((command) => isUntried(command, [words])));
    expect(untried.filter((words) => !used.includes(words))).toEqual([]);
    expect(untried).toContain('npx serverless deploy');
  });
});
