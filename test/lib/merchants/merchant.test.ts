import { beforeAll, describe, expect, it } from '@jest/globals';
import { fault } from '../../../lib/errors.ts';
import { generateRsaKeyPair } from '../../../sandbox/pki.ts';
import { budget, createWorld, failing, gate, recordOf, START } from '../../support/merchant-world.ts';
import { failureOf, storedPublicKey, until } from '../../support/protocol.ts';

const FRESH = 5 * 60_000;
const outage = fault('SERVICE_UNAVAILABLE', 'registry_unavailable');
let pem: string;
beforeAll(async () => {
  ({ publicKeyPem: pem } = await generateRsaKeyPair());
});

/** One turn of the event loop: everything in memory that could go on has come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const idsOf = (keys: ReadonlyMap<string, unknown>): string[] => [...keys.keys()];

describe('a merchant', () => {
  it('is read once and then kept, to the end of five minutes', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    for (const after of [0, 1, FRESH - 1]) {
      world.clock.now = START + after;
      const merchant = await world.lookUp('1');
      expect([merchant.mchid, idsOf(merchant.keys())]).toEqual(['1', ['AA']]);
    }
    expect(world.log).toEqual(['read 1']);
    world.clock.now = START + FRESH;
    await world.lookUp('1');
    expect(world.log).toEqual(['read 1', 'read 1']);
  });

  it('is read once for all who ask at the same time', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']), recordOf('2', pem, ['BB']));
    const merchants = await Promise.all(['1', '2', '1', '1', '2'].map((mchid) => world.lookUp(mchid)));
    expect(merchants.map(({ mchid }) => mchid)).toEqual(['1', '2', '1', '1', '2']);
    expect(world.log).toEqual(['read 1', 'read 2']);
  });

  it('that cannot be read fails all who wait for it, and is tried again by the next', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    world.steps.read.push(failing(outage));
    const outcomes = await Promise.all([failureOf(world.lookUp('1')), failureOf(world.lookUp('1'))]);
    expect(outcomes).toEqual([outage, outage]);
    expect(idsOf((await world.lookUp('1')).keys())).toEqual(['AA']);
    expect(world.log).toEqual(['read 1', 'read 1']);
  });

  it('not in the registry is refused, each time anew', async () => {
    const world = createWorld();
    expect(await failureOf(world.lookUp('1'))).toMatchObject({ code: 'NO_AUTH', reason: 'merchant_unknown' });
    world.items.set('1', recordOf('1', pem, ['AA']));
    expect((await world.lookUp('1')).mchid).toBe('1');
  });

  it('with one key of several that nobody can parse signs with the others, and somebody is told', async () => {
    const record = recordOf('1', pem, ['AA']);
    const broken = storedPublicKey('not a PEM');
    const world = createWorld({ ...record, platform_keys: { BB: broken, ...record.platform_keys } });
    expect(idsOf((await world.lookUp('1')).keys())).toEqual(['AA']);
    expect(world.troubles).toEqual([['1', 'platform_key_unusable']]);
  });

  it('with a key nobody can parse, and no other, is misconfigured', async () => {
    const world = createWorld(recordOf('1', 'not a PEM', ['AA']));
    expect(await failureOf(world.lookUp('1'))).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      reason: 'merchant_misconfigured',
      retryAfter: 60,
    });
  });

  it('never gets what belongs to another', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']), recordOf('2', pem, ['BB']));
    world.offer({ CC: storedPublicKey(pem) });
    const [one, two] = await Promise.all([world.lookUp('1'), world.lookUp('2')]);
    await Promise.all([one.refreshKeys('CC'), one.sign(Buffer.from('m')), two.sign(Buffer.from('m'))]);
    expect([idsOf(one.keys()), idsOf(two.keys())]).toEqual([['AA', 'CC'], ['BB']]);
    expect(world.signed).toEqual([
      { mchid: '1', certificateSerial: '101', signingKeyArn: 'arn:key-of-1-01' },
      { mchid: '2', certificateSerial: '201', signingKeyArn: 'arn:key-of-2-01' },
    ]);
    expect(Object.keys(world.items.get('2')?.platform_keys ?? {})).toEqual(['BB']);
  });
});

describe('a merchant whose certificate was replaced after WeChat Pay refused it', () => {
  const refused = fault('SERVICE_UNAVAILABLE', 'signature_refused');
  const replaced = (version = 2) =>
    recordOf('1', pem, ['AA'], { version, certificate_serial: '102', signing_key_arn: 'arn:key-of-1-02' });
  const serialOf = async (merchant: { sign: (message: Buffer) => Promise<{ serial: string }> }) =>
    (await merchant.sign(Buffer.from('m'))).serial;

  it('signs with the new one at the next pre-sign and not minutes later; all who ask meanwhile wait for one look', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    const merchant = await world.lookUp('1');
    merchant.doubt(refused);
    world.items.set('1', replaced());
    world.clock.now += 15_000;
    const { step, open } = gate();
    world.steps.read.push(step);
    const asked = Promise.all([world.lookUp('1'), world.lookUp('1'), world.lookUp('1')]);
    await settled();
    open();
    expect(await Promise.all((await asked).map(serialOf))).toEqual(['102', '102', '102']);
    expect(world.log).toEqual(['read 1', 'read 1']);
    await world.lookUp('1');
    expect(world.log).toHaveLength(2);
  });

  it('is not looked for at every pre-sign that fails, nor when the registry cannot be read', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    const failAt = async (after: number): Promise<void> => {
      world.clock.now = START + after;
      (await world.lookUp('1')).doubt(refused);
    };
    for (const after of [0, 1, 14_999]) await failAt(after);
    expect(world.log).toHaveLength(1);
    world.steps.read.push(failing(outage));
    for (const after of [15_000, 15_001, 29_999]) await failAt(after);
    expect(world.log).toHaveLength(2);
    await failAt(30_000);
    expect(world.log).toHaveLength(3);
  });

  it('is not looked for because of failures that pass, or that are the caller’s', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    const merchant = await world.lookUp('1');
    for (const reason of ['kms_throttled', 'wechatpay_timeout', 'request_invalid'] as const)
      merchant.doubt(fault('SERVICE_UNAVAILABLE', reason));
    world.clock.now += 15_000;
    await world.lookUp('1');
    expect(world.log).toHaveLength(1);
  });
});

describe('a merchant no longer fresh', () => {
  it('is used as it is while one look at the registry goes on beside it, then as it has become', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    const early = await world.lookUp('1');
    world.items.set('1', recordOf('1', pem, ['BB'], { version: 2 }));
    world.clock.now += FRESH;
    const { step, open } = gate();
    world.steps.read.push(step);
    const during = await Promise.all([world.lookUp('1'), world.lookUp('1'), world.lookUp('1')]);
    expect(during.map((merchant) => idsOf(merchant.keys()))).toEqual([['AA'], ['AA'], ['AA']]);
    expect(world.log).toEqual(['read 1', 'read 1']);
    open();
    await until(() => early.keys().has('BB'));
    expect(idsOf((await world.lookUp('1')).keys())).toEqual(['BB']);
    expect(world.log).toHaveLength(2);
  });

  it('is used on after a look that failed, and looked for again 15 seconds later, not before', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    await world.lookUp('1');
    world.clock.now += FRESH;
    world.steps.read.push(failing(outage), failing(new Error('unforeseen')));
    await world.lookUp('1');
    await until(() => world.troubles.length === 1);
    world.clock.now += 14_999;
    expect(idsOf((await world.lookUp('1')).keys())).toEqual(['AA']);
    expect(world.log).toHaveLength(2);
    world.clock.now += 1;
    await world.lookUp('1');
    await until(() => world.troubles.length === 2);
    expect(world.log).toHaveLength(3);
    expect(world.troubles).toEqual([
      ['1', 'registry_unavailable'],
      ['1', 'internal'],
    ]);
    world.items.set('1', recordOf('1', pem, ['BB'], { version: 2 }));
    world.clock.now += 15_000;
    const merchant = await world.lookUp('1');
    await until(() => merchant.keys().has('BB'));
  });

  it('is used on as it was when its item has become unreadable', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    const merchant = await world.lookUp('1');
    world.items.set('1', recordOf('1', 'not a PEM', ['AA'], { version: 2, certificate_serial: 'FF' }));
    world.clock.now += FRESH;
    await world.lookUp('1');
    await until(() => world.troubles.length === 1);
    expect(world.troubles).toEqual([['1', 'merchant_misconfigured']]);
    expect(await merchant.sign(Buffer.from('m'))).toMatchObject({ serial: '101' });
  });

  it('for over an hour is looked up before it is used: all that was known may have been replaced', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    const merchant = await world.lookUp('1');
    world.items.set('1', recordOf('1', pem, ['BB'], { version: 2 }));
    world.clock.now += 5 * 60_000 + 60 * 60_000;
    await world.lookUp('1');
    expect(idsOf(merchant.keys())).toEqual(['BB']);
  });

  it('for over an hour is used all the same when the registry cannot be read', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    const merchant = await world.lookUp('1');
    world.steps.read.push(failing(outage));
    world.clock.now += 24 * 60 * 60_000;
    await world.lookUp('1');
    expect(idsOf(merchant.keys())).toEqual(['AA']);
    expect(world.troubles).toEqual([['1', 'registry_unavailable']]);
  });

  it('for over an hour and removed meanwhile is refused at once', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    await world.lookUp('1');
    world.items.delete('1');
    world.clock.now += 24 * 60 * 60_000;
    expect(await failureOf(world.lookUp('1'))).toMatchObject({ code: 'NO_AUTH', reason: 'merchant_unknown' });
  });

  it('and set up anew meanwhile is used as it has become, though its versions begin again', async () => {
    const world = createWorld(recordOf('1', pem, ['AA'], { version: 5 }));
    const merchant = await world.lookUp('1');
    const anew = { certificate_serial: '102', signing_key_arn: 'arn:key-of-1-02', version: 1 };
    world.items.set('1', recordOf('1', pem, ['AA'], anew));
    world.clock.now += FRESH;
    await world.lookUp('1');
    await settled();
    expect(await merchant.sign(Buffer.from('m'))).toMatchObject({ serial: '102' });
  });

  it('and removed from the registry is refused from then on', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    await world.lookUp('1');
    world.items.delete('1');
    world.clock.now += FRESH;
    const { step, open } = gate();
    world.steps.read.push(step);
    await world.lookUp('1');
    open();
    await step();
    await until(() => world.log.length === 2);
    await settled();
    expect(await failureOf(world.lookUp('1'))).toMatchObject({ code: 'NO_AUTH', reason: 'merchant_unknown' });
  });
});

describe('a signature', () => {
  it('is made with the pair of one record, even if the record is replaced meanwhile', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    const merchant = await world.lookUp('1');
    const { step, open } = gate();
    world.steps.sign.push(step);
    const signing = merchant.sign(Buffer.from('m'));
    const rotated = { certificate_serial: '102', signing_key_arn: 'arn:key-of-1-02', version: 2 };
    world.items.set('1', recordOf('1', pem, ['AA', 'BB'], rotated));
    world.clock.now += FRESH;
    await world.lookUp('1');
    await until(() => merchant.keys().has('BB'));
    open();
    expect(await signing).toEqual({ mchid: '1', serial: '101', signature: 'arn:key-of-1-01' });
    expect(await merchant.sign(Buffer.from('m'))).toEqual({
      mchid: '1',
      serial: '102',
      signature: 'arn:key-of-1-02',
    });
  });

  it('is given up with the invocation that asked for it', async () => {
    const world = createWorld(recordOf('1', pem, ['AA']));
    const { signal } = new AbortController();
    await (await world.lookUp('1', { ...budget, signal })).sign(Buffer.from('m'));
    await (await world.lookUp('1')).sign(Buffer.from('m'));
    expect(world.signals).toEqual([signal, undefined]);
    expect(world.signals[0]).toBe(signal);
  });
});
