import { beforeAll, describe, expect, it } from '@jest/globals';
import { fault } from '../../../lib/errors.ts';
import { generateRsaKeyPair, issueCertificate, sharedCa } from '../../../sandbox/pki.ts';
import type { Certificate } from '../../../sandbox/write-certificate.ts';
import { createWorld, failing, gate, recordOf, START } from '../../support/merchant-world.ts';
import { failureOf, storedCertificate, storedPublicKey, until } from '../../support/protocol.ts';

const COOL_DOWN = 60_000;
let pem: string;
let expiring: Certificate;
beforeAll(async () => {
  const ca = await sharedCa();
  const notBefore = new Date(START - 1_000_000);
  const notAfter = new Date(START + 10_000);
  [{ publicKeyPem: pem }, expiring] = await Promise.all([
    generateRsaKeyPair(),
    issueCertificate({ ca, commonName: 'Tenpay.com sign', notBefore, notAfter }),
  ]);
});

const idsOf = (keys: ReadonlyMap<string, unknown>): string[] => [...keys.keys()];
/** A world with merchant 1, which knows A, and WeChat Pay offering B. */
const offeringB = async (ids: readonly string[] = ['AA']) => {
  const world = createWorld(recordOf('1', pem, ids));
  world.offer({ BB: storedPublicKey(pem) });
  const merchant = await world.lookUp('1');
  world.log.splice(0);
  return { world, merchant };
};

describe('refreshKeys', () => {
  it('looks into the registry, downloads, stores under the next version, and answers with the new map', async () => {
    const { world, merchant } = await offeringB();
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA', 'BB']);
    expect(idsOf(merchant.keys())).toEqual(['AA', 'BB']);
    expect(world.log).toEqual(['read 1', 'download 1 1', 'store 1']);
    expect(world.items.get('1')).toMatchObject({ version: 2, certificate_serial: '101' });
    expect(Object.keys(world.items.get('1')?.platform_keys ?? {})).toEqual(['AA', 'BB']);
    expect(world.troubles).toEqual([]);
  });

  it('stores again under the version it has written itself', async () => {
    const { world, merchant } = await offeringB();
    await merchant.refreshKeys('BB');
    world.offer({ CC: storedPublicKey(pem) });
    world.clock.now += COOL_DOWN;
    world.steps.read.push(failing(new Error('so the version is known from the write alone')));
    expect(idsOf(await merchant.refreshKeys('CC'))).toEqual(['AA', 'BB', 'CC']);
    expect(world.items.get('1')?.version).toBe(3);
  });

  it('runs once for all who ask meanwhile, and then not for a minute', async () => {
    const { world, merchant } = await offeringB();
    const { step, open } = gate();
    world.steps.download.push(step);
    const another = await world.lookUp('1');
    const all = [merchant.refreshKeys('BB'), merchant.refreshKeys('BB'), another.refreshKeys('BB')];
    await until(() => world.log.includes('download 1 1'));
    all.push(another.refreshKeys('BB'));
    open();
    for (const keys of await Promise.all(all)) expect(idsOf(keys)).toEqual(['AA', 'BB']);
    expect(world.log).toEqual(['read 1', 'download 1 1', 'store 1']);

    world.clock.now += COOL_DOWN - 1;
    expect(idsOf(await merchant.refreshKeys('X'))).toEqual(['AA', 'BB']);
    expect(world.log).toHaveLength(3);
    world.clock.now += 1;
    await merchant.refreshKeys('X');
    expect(world.log.slice(3)).toEqual(['read 1', 'download 1 1']);
  });

  it('cools down after the end of a search, not after its start', async () => {
    const { world, merchant } = await offeringB();
    world.steps.download.push(() => {
      world.clock.now += COOL_DOWN;
    });
    await merchant.refreshKeys('BB');
    world.log.splice(0);
    await merchant.refreshKeys('X');
    expect(world.log).toEqual([]);
  });

  it('does not hold one merchant back for another', async () => {
    const { world, merchant } = await offeringB();
    world.items.set('2', recordOf('2', pem, ['AA']));
    await merchant.refreshKeys('BB');
    const other = await world.lookUp('2');
    expect(idsOf(await other.refreshKeys('BB'))).toEqual(['AA', 'BB']);
  });

  it('downloads nothing when somebody has written the key down already', async () => {
    const { world, merchant } = await offeringB();
    world.items.set('1', recordOf('1', pem, ['AA', 'BB'], { version: 2 }));
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA', 'BB']);
    expect(world.log).toEqual(['read 1']);
  });

  it('without a serial is content with any key to encrypt with', async () => {
    const { world, merchant } = await offeringB([]);
    expect(idsOf(await merchant.refreshKeys())).toEqual(['BB']);
    world.clock.now += COOL_DOWN;
    world.log.splice(0);
    await merchant.refreshKeys();
    expect(world.log).toEqual(['read 1']);
  });

  it('writes nothing when there is nothing new', async () => {
    const { world, merchant } = await offeringB();
    world.offer({ AA: storedPublicKey(pem) });
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA']);
    expect(world.log).toEqual(['read 1', 'download 1 1']);
    expect(world.items.get('1')?.version).toBe(1);
  });

  it('drops what has expired from the registry, and keeps what has not', async () => {
    const record = recordOf('1', pem, ['AA']);
    const platform_keys = { ...record.platform_keys, [expiring.serial]: storedCertificate(expiring) };
    const world = createWorld({ ...record, platform_keys });
    const merchant = await world.lookUp('1');
    world.offer({ BB: storedPublicKey(pem) });
    world.clock.now = expiring.notAfter.getTime() - 1;
    expect(idsOf(await merchant.refreshKeys('BB')).sort()).toEqual(['AA', 'BB', expiring.serial].sort());
    world.offer({ CC: storedPublicKey(pem) });
    world.clock.now += COOL_DOWN;
    expect(idsOf(await merchant.refreshKeys('CC')).sort()).toEqual(['AA', 'BB', 'CC']);
  });
});

describe('refreshKeys, when something goes wrong', () => {
  it('takes over what the winner of a race has written', async () => {
    const { world, merchant } = await offeringB();
    world.steps.store.push(() => {
      const rotated = { version: 2, certificate_serial: '102', signing_key_arn: 'arn:key-of-1-02' };
      world.items.set('1', recordOf('1', pem, ['AA', 'BB', 'CC'], rotated));
    });
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA', 'BB', 'CC']);
    expect(world.log).toEqual(['read 1', 'download 1 1', 'store 1', 'read 1']);
    expect(await merchant.sign(Buffer.from('m'))).toMatchObject({
      serial: '102',
      signature: 'arn:key-of-1-02',
    });
  });

  it('answers with the keys there are when the download fails, reports it, and cools down', async () => {
    const { world, merchant } = await offeringB();
    world.steps.download.push(failing(fault('GATEWAY_TIMEOUT', 'wechatpay_timeout')));
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA']);
    expect(world.troubles).toEqual([['1', 'wechatpay_timeout']]);
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA']);
    expect(world.log).toEqual(['read 1', 'download 1 1']);
    world.clock.now += COOL_DOWN;
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA', 'BB']);
  });

  it.each(['kms_disabled', 'merchant_misconfigured', 'wechatpay_timeout'] as const)(
    'fails with %s when that leaves no key to encrypt with, for all who wait and until the next search',
    async (reason) => {
      const { world, merchant } = await offeringB([]);
      world.steps.download.push(failing(fault('GATEWAY_TIMEOUT', reason)));
      const outcomes = [merchant.refreshKeys(), merchant.refreshKeys()].map(failureOf);
      // Whatever the download failed with, the pre-sign itself was never sent: 503, not an unknown outcome.
      const expected = { code: 'SERVICE_UNAVAILABLE', status: 503, reason, retryAfter: 60 };
      for (const error of await Promise.all(outcomes)) expect(error).toMatchObject(expected);
      expect(world.troubles).toEqual([['1', reason]]);
      expect(await failureOf(merchant.refreshKeys())).toMatchObject(expected);
      expect(world.log).toEqual(['read 1', 'download 1 1']);
      world.clock.now += COOL_DOWN;
      expect(idsOf(await merchant.refreshKeys())).toEqual(['BB']);
    },
  );

  it('does not fail the search for an answer’s key because somebody else waits for one to encrypt with', async () => {
    const { world, merchant } = await offeringB([]);
    world.steps.download.push(failing(fault('SERVICE_UNAVAILABLE', 'kms_disabled')));
    const toEncrypt = failureOf(merchant.refreshKeys());
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual([]);
    expect((await toEncrypt).reason).toBe('kms_disabled');
  });

  it.each([['AA'], []])(
    'never fails when the search was for the key of an answer, knowing %p',
    async (...ids) => {
      const { world, merchant } = await offeringB(ids);
      world.steps.download.push(failing(fault('SERVICE_UNAVAILABLE', 'kms_disabled')));
      expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(ids);
      expect(world.troubles).toEqual([['1', 'kms_disabled']]);
    },
  );

  it('downloads all the same when the registry cannot be read', async () => {
    const { world, merchant } = await offeringB();
    world.steps.read.push(failing(fault('SERVICE_UNAVAILABLE', 'registry_unavailable')));
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA', 'BB']);
    expect(world.troubles).toEqual([['1', 'registry_unavailable']]);
    expect(world.items.get('1')?.version).toBe(2);
  });

  it('uses the downloaded keys although the registry cannot be written, also while that is tried', async () => {
    const { world, merchant } = await offeringB();
    const { step, open } = gate();
    world.steps.store.push(async () => {
      await step();
      throw fault('SERVICE_UNAVAILABLE', 'registry_unavailable');
    });
    const refreshing = merchant.refreshKeys('BB');
    await until(() => merchant.keys().has('BB'));
    open();
    expect(idsOf(await refreshing)).toEqual(['AA', 'BB']);
    expect(idsOf(merchant.keys())).toEqual(['AA', 'BB']);
    expect(world.troubles).toEqual([['1', 'registry_unavailable']]);
    expect(world.items.get('1')?.version).toBe(1);
  });

  it('tells of a certificate that the download has left aside, and uses the others', async () => {
    const { world, merchant } = await offeringB();
    world.leaveAside(fault('SERVICE_UNAVAILABLE', 'platform_key_unusable'));
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA', 'BB']);
    expect(world.troubles).toEqual([['1', 'platform_key_unusable']]);
    expect(Object.keys(world.items.get('1')?.platform_keys ?? {})).toEqual(['AA', 'BB']);
  });

  it('finds a key that somebody has stored in another spelling', async () => {
    const { world, merchant } = await offeringB(['00AA']);
    for (const spelt of ['AA', 'aa', '00aa']) {
      expect(idsOf(await merchant.refreshKeys(spelt))).toEqual(['AA']);
      world.clock.now += COOL_DOWN;
    }
    expect(world.log).not.toContain('download 1 1');
  });

  it('is not undone by an older look at the registry that ends later', async () => {
    const { world, merchant } = await offeringB();
    world.clock.now += 5 * 60_000;
    const { step, open } = gate();
    world.steps.read.push(step);
    await world.lookUp('1');
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA', 'BB']);
    open();
    await step();
    await new Promise((resolve) => setImmediate(resolve));
    expect(idsOf(merchant.keys())).toEqual(['AA', 'BB']);
  });
});

describe('refreshKeys, while another process downloads', () => {
  const COMES = 5_000;

  it('waits for what that finds instead of downloading too', async () => {
    const { world, merchant } = await offeringB();
    world.claims.set('1', world.clock.now + COMES);
    const refreshing = merchant.refreshKeys('BB');
    await until(() => world.log.filter((line) => line === 'read 1').length > 1);
    const item = world.items.get('1');
    if (item === undefined) throw new Error('no item');
    const B = Object.values(item.platform_keys)[0];
    if (B === undefined) throw new Error('no key');
    world.items.set('1', { ...item, platform_keys: { ...item.platform_keys, BB: B }, version: 2 });
    expect(idsOf(await refreshing)).toEqual(['AA', 'BB']);
    expect(world.log).not.toContain('download 1 1');
  });

  it('takes over when that was cut off', async () => {
    const { world, merchant } = await offeringB();
    world.claims.set('1', world.clock.now + COMES);
    const refreshing = merchant.refreshKeys('BB');
    await until(() => world.log.filter((line) => line === 'read 1').length > 1);
    world.clock.now += COMES;
    expect(idsOf(await refreshing)).toEqual(['AA', 'BB']);
    expect(world.log.filter((line) => line === 'download 1 1')).toHaveLength(1);
  });

  it('does not download again what another process has just looked for in vain', async () => {
    const { world, merchant } = await offeringB();
    const item = world.items.get('1');
    if (item === undefined) throw new Error('no item');
    world.items.set('1', { ...item, refreshed_at: new Date(world.clock.now - 1_000).toISOString() });
    expect(idsOf(await merchant.refreshKeys('BB'))).toEqual(['AA']);
    expect(world.log).toEqual(['read 1']);
  });

  it('gives up waiting when the invocation’s time runs out', async () => {
    const { world } = await offeringB([]);
    world.claims.set('1', world.clock.now + COMES);
    const hurried = await world.lookUp('1', { remainingMs: () => 100 });
    expect(await failureOf(hurried.refreshKeys())).toMatchObject({ status: 503, reason: 'deadline' });
  });
});
