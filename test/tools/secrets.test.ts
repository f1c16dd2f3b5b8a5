import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateRsaKeyPair, type KeyPair } from '../../sandbox/pki.ts';
import { API_V3_KEY, MCHID, startWorld, type World } from '../support/cli-world.ts';
import type { Ran } from '../support/tool-here.ts';

let world: World;
let pair: KeyPair;
beforeAll(async () => {
  [world, pair] = await Promise.all([startWorld({ region: 'eu-central-1' }), generateRsaKeyPair()]);
});
afterAll(() => world.close());

/** In any dress in which they might slip out: every line of the key is looked for by itself. */
const traces = (): string[] => {
  const lines = pair.privateKeyPem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'));
  const api = Buffer.from(API_V3_KEY);
  const der = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('hex');
  return [...lines, API_V3_KEY, api.toString('hex'), api.toString('base64').slice(0, 40), der.slice(80, 200)];
};

const expectNoTrace = ({ stdout, stderr }: Ran): void => {
  for (const trace of traces()) expect(stdout + stderr).not.toContain(trace);
  // Neither an import token nor wrapped material: nothing printed here is that long, requests and certificates aside.
  const rest = (stdout + stderr).replace(/-----BEGIN[\s\S]*?-----END/g, '');
  expect(rest).not.toMatch(/[0-9A-Za-z+/]{100}/);
};

describe('secrets', () => {
  // Node itself sees to it that no file is written and no process started: either would end the tool.
  it('are in no output, no file and no other process, from the import to the check', async () => {
    const { certificatePem } = await world.certify(pair.publicKeyPem);
    await world.wechatpay.addMerchant({
      mchid: MCHID,
      certificatePem,
      apiV3Key: API_V3_KEY,
      mode: 'certificate',
    });
    const certificate = await world.file('cert.pem', certificatePem);
    const key = await world.file('key.pem', pair.privateKeyPem);
    const broken = await world.file('broken.pem', pair.privateKeyPem.replace(/\n.{10}/, '\n!!!!!!!!!!'));
    const api = await world.file('api.txt', API_V3_KEY);
    const long = await world.file('long.txt', `${API_V3_KEY}x`);
    const steps: (readonly [number, string[]])[] = [
      [0, ['add', MCHID]],
      [1, ['import-key', MCHID, '--key-file', broken, '--certificate-file', certificate]],
      [1, ['import-key', MCHID, '--key-file', certificate, '--certificate-file', key]],
      [0, ['import-key', MCHID, '--key-file', key, '--certificate-file', certificate]],
      [0, ['import-key', MCHID, '--key-file', '-', '--certificate-file', certificate, '--json']],
      [1, ['set-api-v3-key', MCHID, '--key-file', long]],
      [1, ['set-api-v3-key', MCHID, '--key-file', key]],
      [1, ['set-certificate', MCHID, '--certificate-file', key]],
      [1, ['set-public-key', MCHID, '--id', 'PUB_KEY_ID_1', '--public-key-file', key]],
      [0, ['set-api-v3-key', MCHID, '--key-file', api]],
      [2, ['set-api-v3-key', MCHID, '--key-file', API_V3_KEY]],
      [2, ['set-api-v3-key', MCHID, API_V3_KEY]],
      [2, [API_V3_KEY]],
      [2, ['import-key', MCHID, '--key-file', pair.privateKeyPem, '--certificate-file', certificate]],
      [0, ['check', MCHID]],
      [0, ['list', '--json']],
    ];
    for (const [expected, args] of steps) {
      const ran = await world.runAlone(args, { confined: true, input: pair.privateKeyPem });
      expect({ args: args[0], ...ran }).toMatchObject({ args: args[0], status: expected });
      expect(ran.stderr).not.toContain('ERR_ACCESS_DENIED');
      expectNoTrace(ran);
    }
    const item = JSON.stringify(await world.registry.readItem(MCHID));
    for (const trace of traces()) expect(item).not.toContain(trace);
  });

  it('are not in what is printed when KMS or the registry fails', async () => {
    const api = await world.file('api2.txt', API_V3_KEY.replace('C', 'D'));
    world.kms.setPolicy(({ operation }) => operation !== 'Encrypt');
    expectNoTrace(await world.runAlone(['set-api-v3-key', MCHID, '--key-file', api]));
    world.kms.setPolicy(undefined);
    world.dynamo.fault('denied', 1);
    const ran = await world.runAlone(['set-api-v3-key', MCHID, '--key-file', api]);
    expect(ran.status).toBe(1);
    expectNoTrace(ran);
  });
});

describe('a lost race', () => {
  it('is told, and the key made in vain is found when the command is run again', async () => {
    const mchid = '1900000007';
    await world.run(['add', mchid]);
    const before = world.kms.calls.filter(({ operation }) => operation === 'CreateKey').length;
    world.kms.fault({ kind: 'latency', ms: 4_000 }, { match: ({ operation }) => operation === 'CreateKey' });
    const running = world.json(['create-key', mchid]);
    const asked = () =>
      world.kms.calls.some(({ operation, fault }) => operation === 'CreateKey' && fault === 'latency');
    while (!asked()) await new Promise((resolve) => setTimeout(resolve, 5));
    const item = await world.registry.readItem(mchid);
    if (item === undefined) throw new Error('no item');
    expect(await world.registry.update(item, { platform_keys: {} })).toBe(true);
    const { status, json } = await running;
    expect({ status, error: json['error'] }).toEqual({
      status: 1,
      error: expect.stringContaining('run again'),
    });
    expect((await world.registry.readItem(mchid))?.pending_signing_key_arn).toBeUndefined();
    expect((await world.json(['create-key', mchid])).json).toMatchObject({ ok: true, created: false });
    const made = world.kms.calls.filter(({ operation }) => operation === 'CreateKey');
    expect(made).toHaveLength(before + 1);
  });
});
