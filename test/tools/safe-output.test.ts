import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { printable } from '../../tools/output.ts';
import {
  addCompleteMerchant,
  addMerchantWithPublicKey,
  startWorld,
  type World,
} from '../support/cli-world.ts';
import { endpoint, useWorld } from '../support/dead-letters-world.ts';

/** Goes back to the line's beginning, deletes it, and writes another; a C1 control, a bidi override, a line of its own. */
const FORGED = '\r\u001b[2K1900000001  ok    all is well\u009b2J\u202e\u2028\n1900000001  ok    forged\u0007';
const ACTS = /[^\P{C}\n]|[\u2028\u2029]/u;

const queues = await useWorld();
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const MCHID = '1900000001';
const ACTIVE = `arn:${FORGED}`;

beforeAll(async () => {
  const { arn } = await addCompleteMerchant(world, MCHID, { mode: 'public-key' });
  const item = await world.registry.readItem(MCHID);
  if (item === undefined) throw new Error('no item');
  await world.registry.update(item, {
    previous: { certificate_serial: 'AB', signing_key_arn: ACTIVE },
    pending_signing_key_arn: arn,
    platform_keys: {
      [FORGED]: { kind: 'PUBLIC_KEY', pem: world.wechatpay.platform.publicKey(MCHID).pem, fetched_at: '' },
    },
  });
  await world.registry.create({ mchid: FORGED, version: 1, platform_keys: {} });
});

describe('what others wrote does nothing to a terminal but stand there', () => {
  it.each([
    [['list']],
    [['check', MCHID]],
    [['retire', MCHID]],
    [['remove-public-key', MCHID, '--id', 'PUB_KEY_ID_1']],
  ])('%j of a registry that forges lines', async (args) => {
    const { stdout, stderr } = await world.run(args);
    expect(stdout + stderr).not.toMatch(ACTS);
    expect(stdout + stderr).not.toMatch(/^1900000001 {2}ok {4}(forged|all is well)/m);
    expect(stdout + stderr).toContain('\\u000d\\u001b[2K1900000001');
  });

  it('JSON keeps the value, and is as harmless', async () => {
    const { stdout, json } = await world.json(['list']);
    expect(stdout).not.toMatch(ACTS);
    const { merchants } = json as { merchants: { mchid: string }[] };
    expect(merchants.map(({ mchid }) => mchid)).toContain(FORGED);
  });

  it('a message of WeChat Pay', async () => {
    world.wechatpay.fault(
      { kind: 'refuse', status: 403, code: 'RULE_LIMIT', message: FORGED, signed: false },
      { times: 10 },
    );
    await addMerchantWithPublicKey(world, '1900000002');
    const { stdout } = await world.run(['check', '1900000002']);
    world.wechatpay.clearFaults();
    // It holds characters that no sentence has, so nothing of it is shown.
    expect(stdout).toContain('403 RULE_LIMIT, WeChat Pay refused the request.');
    expect(stdout).not.toMatch(ACTS);
  });

  it('a denial of AWS', async () => {
    const error = { name: 'AccessDenied', message: FORGED, status: 403 };
    queues.relay.faults.push({ operation: 'GetQueueUrl', error });
    const { stderr } = await queues.run(['list', '--endpoint', endpoint.name]);
    expect(stderr).toContain('AWS says: \\u000d\\u001b[2K');
    expect(stderr).not.toMatch(ACTS);
  });

  it('and names in Chinese stay as they are', () => {
    expect(printable('微信商户系统 – “Müller” 😀')).toBe('微信商户系统 – “Müller” 😀');
    expect(printable('a\ud800b\u{e0041}\u00ad')).toBe('a\\ud800b\\udb40\\udc41\\u00ad');
  });
});
