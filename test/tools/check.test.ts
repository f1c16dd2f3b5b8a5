import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { encryptApiV3Key } from '../../lib/merchants/api-v3-key.ts';
import type { MerchantChanges } from '../../lib/merchants/record.ts';
import { generateRsaKeyPair, issueCertificate } from '../../sandbox/pki.ts';
import { startWechatPay } from '../../sandbox/server.ts';
import {
  API_V3_KEY,
  addCompleteMerchant,
  createTaggedKey,
  startWorld,
  type World,
} from '../support/cli-world.ts';
import { STRICT } from '../support/sandbox/strict.ts';

const DAY = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
afterEach(() => {
  world.kms.setPolicy(undefined);
  world.wechatpay.clearFaults();
});

let last = 1900001000;
/** A merchant in perfect order, then changed. */
const merchant = async ({
  changes = {},
  mode = 'certificate',
}: {
  changes?: MerchantChanges;
  mode?: 'certificate' | 'public-key' | 'both';
} = {}) => {
  last += 1;
  const mchid = String(last);
  const made = await addCompleteMerchant(world, mchid, { mode });
  const platform_keys = Object.fromEntries(
    world.wechatpay.platform.certificates.map(({ serial, certificatePem }) => [
      serial,
      { kind: 'CERTIFICATE' as const, pem: certificatePem, fetched_at: iso(Date.now()) },
    ]),
  );
  const api_v3_key = await encryptApiV3Key(world.kmsClient, world.dataKeyArn, mchid, Buffer.from(API_V3_KEY));
  await update(mchid, { platform_keys, api_v3_key, ...changes });
  await world.registry.endRefresh(mchid, iso(Date.now()));
  return { mchid, ...made };
};
const update = async (mchid: string, changes: MerchantChanges) => {
  const item = await world.registry.readItem(mchid);
  if (item === undefined || !(await world.registry.update(item, changes))) throw new Error('not written');
};

type Finding = { level: string; check: string; text: string };
const findings = async (mchid: string, env: Record<string, string> = {}) => {
  const { status, json } = await world.json(['check', mchid], { env });
  const [only] = json['merchants'] as { findings: Finding[] }[];
  const bad = (only?.findings ?? []).filter(({ level }) => level !== 'ok');
  return { status, all: only?.findings ?? [], bad };
};

describe('check', () => {
  it('finds nothing wrong with a merchant in order', async () => {
    const { mchid } = await merchant();
    const { status, bad, all } = await findings(mchid);
    expect({ status, bad }).toEqual({ status: 0, bad: [] });
    expect(all.map(({ check }) => check)).toEqual([
      'complete',
      'certificate',
      'key',
      'tag',
      'platform-keys',
      'platform-certificate',
      'refresh',
      'signature',
      'encryption',
      'answers',
      'api-v3-key',
    ]);
  });

  it('proves by a signed call when certificate, key and merchant do not belong together', async () => {
    const { mchid, certificate } = await merchant();
    world.wechatpay.removeMerchantCertificate(mchid, certificate.serial);
    const { status, bad } = await findings(mchid);
    expect(status).toBe(1);
    expect(bad).toEqual([
      { level: 'fail', check: 'signature', text: expect.stringContaining('do not belong together') },
    ]);
  });

  it('says in WeChat Pay’s words why a signature is refused', async () => {
    const { mchid } = await merchant();
    const refuse = { kind: 'refuse', status: 401, code: 'SIGN_ERROR', message: '商户证书已过期' } as const;
    world.wechatpay.fault({ ...refuse, signed: false });
    const ended = await findings(mchid);
    expect([ended.status, ended.bad]).toEqual([
      1,
      [{ level: 'fail', check: 'signature', text: expect.stringContaining('SIGN_ERROR: 商户证书已过期') }],
    ]);
  });

  it('names a clock that is off', async () => {
    const { mchid, certificate } = await merchant();
    const ahead = await startWechatPay({ ...STRICT, clock: () => Date.now() + 600_000 });
    const { certificatePem } = certificate;
    await ahead.addMerchant({ mchid, certificatePem, apiV3Key: API_V3_KEY, mode: 'certificate' });
    const { status, bad } = await findings(mchid, { WECHATPAY_HOSTS: ahead.url });
    await ahead.close();
    expect([status, bad]).toEqual([
      1,
      [{ level: 'fail', check: 'signature', text: expect.stringContaining('set the clock here') }],
    ]);
  });

  it('takes a missing permission for what it is: the call proves nothing', async () => {
    const { mchid } = await merchant();
    world.wechatpay.fault({ kind: 'refuse', status: 403, code: 'NO_AUTH', message: '商户无权限' });
    expect((await findings(mchid)).bad).toEqual([
      { level: 'warn', check: 'signature', text: expect.stringContaining('NO_AUTH: 商户无权限') },
    ]);
  });

  it('names a stored platform key that is not used, and goes on with the others', async () => {
    const { mchid } = await merchant();
    const { platform_keys = {} } = (await world.registry.readItem(mchid)) ?? {};
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const odd = { kind: 'PUBLIC_KEY' as const, pem, fetched_at: iso(Date.now()) };
    await update(mchid, { platform_keys: { ...platform_keys, PUB_KEY_ID_01: odd } });
    const { status, bad } = await findings(mchid);
    expect([status, bad]).toEqual([
      0,
      [{ level: 'warn', check: 'platform-keys', text: expect.stringContaining('PUB_KEY_ID_01; the others') }],
    ]);
  });

  it('notices that the serial is another key’s', async () => {
    const { mchid, certificate } = await merchant();
    const { arn } = await createTaggedKey(world, mchid);
    await update(mchid, { certificate_serial: certificate.serial, signing_key_arn: arn });
    expect((await findings(mchid)).bad).toMatchObject([{ level: 'fail', check: 'signature' }]);
  });

  it('notices a key that Lambdas of the stage may not use', async () => {
    const { mchid } = await merchant();
    const key = await createTaggedKey(world, mchid, 'prod');
    const { certificatePem, serial } = await world.certify(key.publicKeyPem, mchid);
    world.wechatpay.addMerchantCertificate(mchid, certificatePem);
    await update(mchid, { certificate_serial: serial, signing_key_arn: key.arn });
    const { status, bad } = await findings(mchid);
    expect(status).toBe(1);
    expect(bad).toEqual([
      { level: 'fail', check: 'tag', text: expect.stringContaining('wechatpay-presign=dev') },
    ]);
  });

  it.each([
    ['Disabled', 'enable-key'],
    ['PendingDeletion', 'cancel-key-deletion'],
  ] as const)('notices a key in state %s', async (state, advice) => {
    const { mchid, arn } = await merchant();
    world.kms.setKeyState(arn, state);
    const { status, bad } = await findings(mchid);
    expect(status).toBe(1);
    expect(bad).toEqual([{ level: 'fail', check: 'key', text: expect.stringContaining(advice) }]);
  });

  it('notices a key of the wrong kind, and one that does not exist', async () => {
    const { mchid, certificate } = await merchant();
    const { arn } = await world.kms.createRsaKey({ spec: 'RSA_3072' });
    await update(mchid, { certificate_serial: certificate.serial, signing_key_arn: arn });
    expect((await findings(mchid)).bad).toMatchObject([
      { check: 'key', text: expect.stringContaining('RSA_3072') },
    ]);
    const gone = arn.replace(/.{12}$/, '000000000000');
    await update(mchid, { certificate_serial: certificate.serial, signing_key_arn: gone });
    expect((await findings(mchid)).bad).toMatchObject([
      { check: 'key', text: expect.stringContaining('does not exist') },
    ]);
  });

  it('notices an APIv3 key that is not WeChat Pay’s any more', async () => {
    const { mchid } = await merchant();
    world.wechatpay.setApiV3Key(mchid, 'x'.repeat(32));
    const { status, bad } = await findings(mchid);
    expect(status).toBe(1);
    expect(bad).toEqual([
      { level: 'fail', check: 'api-v3-key', text: expect.stringContaining('set-api-v3-key') },
    ]);
  });

  it('notices a platform key that does not verify', async () => {
    const { mchid } = await merchant({ mode: 'both' });
    const { id } = world.wechatpay.platform.publicKey(mchid);
    const { publicKeyPem: pem } = await generateRsaKeyPair();
    await update(mchid, {
      platform_keys: { [id]: { kind: 'PUBLIC_KEY', pem, fetched_at: iso(Date.now()) } },
    });
    const { status, bad } = await findings(mchid);
    expect(status).toBe(1);
    expect(bad).toContainEqual({
      level: 'fail',
      check: 'answers',
      text: expect.stringContaining('does not verify'),
    });
  });

  it('takes the normal life of a public-key merchant as normal', async () => {
    const { mchid } = await merchant({ mode: 'public-key', changes: { api_v3_key: undefined } });
    const { id, pem } = world.wechatpay.platform.publicKey(mchid);
    await update(mchid, {
      platform_keys: { [id]: { kind: 'PUBLIC_KEY', pem, fetched_at: iso(Date.now()) } },
    });
    const { status, bad, all } = await findings(mchid);
    expect({ status, bad: bad.filter(({ level }) => level === 'fail') }).toEqual({ status: 0, bad: [] });
    expect(all.find(({ check }) => check === 'api-v3-key')?.text).toMatch(/^no APIv3 key is stored: /);
  });

  it('says of a merchant without any key for fields which is missing, and promises nothing of Lambdas', async () => {
    const { mchid } = await merchant({ changes: { api_v3_key: undefined, platform_keys: {} } });
    const { status, all } = await findings(mchid);
    expect(status).toBe(1);
    expect(all.filter(({ level }) => level === 'fail').map(({ text }) => text)).toEqual([
      'no stored key can encrypt',
      'neither an APIv3 key nor a public key is stored: set-api-v3-key or set-public-key',
    ]);
    expect(all.map(({ text }) => text).join()).not.toContain('Lambdas');
  });

  it('warns of what is near, and fails on what has ended', async () => {
    const now = Date.now();
    const ca = world.wechatpay.ca;
    const soon = await issueCertificate({
      ca,
      commonName: 'Tenpay.com sign',
      notAfter: new Date(now + 10 * DAY),
    });
    const { mchid } = await merchant({ changes: { certificate_not_after: iso(now + 10.5 * DAY) } });
    await update(mchid, {
      platform_keys: {
        [soon.serial]: { kind: 'CERTIFICATE', pem: soon.certificatePem, fetched_at: iso(now) },
      },
    });
    await world.registry.endRefresh(mchid, iso(now - 25 * 3_600_000));
    expect((await findings(mchid)).bad).toEqual(
      expect.arrayContaining([
        { level: 'warn', check: 'certificate', text: expect.stringContaining('in 10 days') },
        { level: 'warn', check: 'platform-certificate', text: expect.stringContaining('ends on') },
        { level: 'warn', check: 'refresh', text: expect.stringContaining('25 hours ago') },
      ]),
    );
    await update(mchid, { certificate_not_after: iso(now - DAY) });
    const ended = await findings(mchid);
    expect(ended.status).toBe(1);
    expect(ended.bad).toContainEqual({
      level: 'fail',
      check: 'certificate',
      text: expect.stringContaining('ended on'),
    });
  });

  it('says which date of the item is none, and goes on with everything else', async () => {
    const { mchid } = await merchant({ changes: { certificate_not_after: 'next spring' } });
    await world.registry.endRefresh(mchid, 'yesterday');
    const { status, bad, all } = await findings(mchid);
    expect({ status, bad, last: all.at(-1)?.check }).toEqual({
      status: 0,
      bad: [
        {
          level: 'warn',
          check: 'certificate',
          text: 'certificate_not_after in the registry is not a date: set-certificate stores that',
        },
        {
          level: 'warn',
          check: 'refresh',
          text: expect.stringContaining('refreshed_at in the registry is not a date'),
        },
      ],
      last: 'api-v3-key',
    });
    const { stdout } = await world.run(['list']);
    expect(stdout).toMatch(new RegExp(`${mchid} .* no date +no date +\\d+$`, 'm'));
  });

  it('says when WeChat Pay cannot be reached', async () => {
    const { mchid } = await merchant();
    const { status, bad } = await findings(mchid, { WECHATPAY_HOSTS: 'http://127.0.0.1:1' });
    expect(status).toBe(1);
    expect(bad).toEqual([
      {
        level: 'fail',
        check: 'signature',
        text: expect.stringContaining('WeChat Pay cannot be reached: look at the network'),
      },
    ]);
  });

  it('looks at all merchants although one is broken', async () => {
    const { mchid } = await merchant();
    const item = await world.registry.readItem(mchid);
    await world.registry.create({
      ...item,
      mchid: '1900009999',
      version: 1,
      platform_keys: { bad: { kind: 'CERTIFICATE', pem: 'x', fetched_at: '' } },
    });
    const { status, stdout } = await world.run(['check']);
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${mchid}  ok    the APIv3 key opens`, 'm'));
    expect(stdout).toMatch(/^1900009999 {2}fail {2}a stored platform key cannot be read/m);
  });
});

describe('the WeChat Pay public key', () => {
  it('is replaced after confirmation only, certificates are kept, and it is removed again', async () => {
    const { mchid } = await merchant({ mode: 'both' });
    const { id, pem } = world.wechatpay.platform.publicKey(mchid);
    const file = await world.file(`${mchid}.pem`, pem);
    const set = (key: string, path = file) => [
      'set-public-key',
      mchid,
      '--id',
      key,
      '--public-key-file',
      path,
    ];
    const older = 'PUB_KEY_ID_0100000000000000000000000000';
    const pkcs1 = (await generateRsaKeyPair()).privateKey;
    const olderPem = createPublicKey(pkcs1).export({ format: 'pem', type: 'pkcs1' }).toString();
    expect((await world.run(set(older, await world.file('pkcs1-public.pem', olderPem)))).status).toBe(0);
    expect((await world.registry.readItem(mchid))?.platform_keys[older]?.pem).toContain('BEGIN PUBLIC KEY');
    expect(await world.run(set(id))).toMatchObject({ status: 2, stderr: expect.stringContaining(older) });
    expect((await world.run([...set(id), '--yes'])).status).toBe(0);
    const serials = world.wechatpay.platform.certificates.map(({ serial }) => serial);
    const stored = async () =>
      Object.keys((await world.registry.readItem(mchid))?.platform_keys ?? {}).sort();
    expect(await stored()).toEqual([...serials, id].sort());
    expect((await findings(mchid)).status).toBe(0);

    const remove = (key: string) => ['remove-public-key', mchid, '--id', key, '--yes'];
    expect(await world.run(remove(older))).toMatchObject({ status: 1, stderr: expect.stringContaining(id) });
    expect((await world.json(remove(id))).json).toMatchObject({ ok: true, changed: true });
    expect(await stored()).toEqual([...serials].sort());
    expect((await world.json(remove(id))).json).toMatchObject({ ok: true, changed: false });
  });

  it('stays when there is no certificate to go back to', async () => {
    const { mchid } = await merchant({ mode: 'both' });
    const { id, pem } = world.wechatpay.platform.publicKey(mchid);
    await update(mchid, {
      platform_keys: { [id]: { kind: 'PUBLIC_KEY', pem, fetched_at: iso(Date.now()) } },
    });
    const ran = await world.run(['remove-public-key', mchid, '--id', id, '--yes']);
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining('no platform certificate') });
  });
});
