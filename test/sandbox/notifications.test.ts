import { afterEach, describe, expect, it } from '@jest/globals';
import type { Notification } from '../../sandbox/notifier.ts';
import { startWechatPay, type WechatPayOptions, type WechatPaySandbox } from '../../sandbox/server.ts';
import type { Mode } from '../../sandbox/types.ts';
import { until } from '../support/protocol.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import {
  type Answering,
  type Received,
  sdkAccepts,
  sdkOpens,
  startReceiver,
} from '../support/sandbox/receiver.ts';
import { STRICT } from '../support/sandbox/strict.ts';
import { API_V3_KEY, addTestMerchant, post } from '../support/sandbox/test-client.ts';
import { presign } from '../support/sandbox/test-presigns.ts';
import { CAMPUS, ETC, PAYEE } from '../support/sandbox/test-samples.ts';

const MCHID = '1900000109';
const TIME_OUT = 5000;
const GENERAL = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600];
const CAMPUS_OWN = [1, ...Array<number>(10).fill(60), ...Array<number>(10).fill(300)];

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Options = WechatPayOptions & { mode?: Mode; answering?: Answering };

/** A merchant with an address, and a world whose time passes only by being waited for. */
const start = async ({ mode = 'both', answering, ...options }: Options = {}) => {
  let now = Date.parse('2026-06-01T00:00:00Z');
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => {
    // Nobody is slow here but those who never answer, and they have a test of their own.
    if (ms === TIME_OUT) return new Promise(() => {});
    waits.push(ms);
    now += ms;
  };
  const sandbox = await startWechatPay({ ...STRICT, clock: () => now, wait, ...options });
  closing.push(sandbox.close);
  const receiver = await startReceiver(answering);
  closing.push(receiver.close);
  const merchant = await addTestMerchant(sandbox, MCHID, mode);
  sandbox.setNotifyUrl(MCHID, receiver.url);
  const seconds = () => Math.floor(now / 1000);
  return {
    sandbox,
    received: receiver.received,
    url: receiver.url,
    merchant,
    waits,
    seconds,
    presign: (...[sample, changes]: [typeof ETC, Record<string, unknown>?]) =>
      presign(sandbox, merchant, sample, changes, seconds()),
  };
};

const settled = (sandbox: WechatPaySandbox, count: number) =>
  until(() => sandbox.notifications.filter(({ outcome }) => outcome !== undefined).length === count);
const keysOf = (sandbox: WechatPaySandbox) => {
  const { id, pem } = sandbox.platform.publicKey(MCHID);
  const certificates = sandbox.platform.certificates.map((one) => [one.serial, one.certificatePem]);
  return { ...Object.fromEntries(certificates), [id]: pem } as Record<string, string>;
};
const envelopeOf = ({ body }: Received) => JSON.parse(body.toString());
const isProbe = ({ headers }: Received) =>
  headers['wechatpay-signature']?.startsWith('WECHATPAY/SIGNTEST/') === true;
const notice = (n = 1) => ({ eventType: 'TEST.EVENT', resource: { n } });

describe('a merchant hears', () => {
  it('that an ETC contract was signed, paused, resumed and ended, and an independent client believes it', async () => {
    const { sandbox, received, presign } = await start({ probes: 'never' });
    const { contract_id } = sandbox.user.sign(await presign(ETC));
    await settled(sandbox, 1);
    for (const [index, verb] of (['pause', 'resume', 'end'] as const).entries()) {
      sandbox.user[verb](contract_id);
      await settled(sandbox, index + 2);
    }
    expect(received.map((one) => sdkAccepts(one, keysOf(sandbox)))).toEqual(Array(4).fill(true));
    const { sp_appid: appid, sub_mchid, openid: sp_openid, plate_number } = ETC.body;
    const resource = { appid, sp_mchid: MCHID, sp_openid, sub_mchid, contract_id, plate_number };
    expect(received.map((one) => sdkOpens(one, API_V3_KEY))).toEqual(
      ['OPENED', 'PAUSE', 'OPENED', 'DELETED'].map((bind_state) => ({
        ...resource,
        sub_openid: expect.any(String),
        bind_state,
      })),
    );
    const [first] = received;
    expect(first && envelopeOf(first)).toEqual({
      id: expect.stringMatching(/^\w{32}$/),
      create_time: '2026-06-01T08:00:00+08:00',
      event_type: 'VEHICLE.USER_STATE_CHANGE',
      resource_type: 'encrypt-resource',
      summary: expect.any(String),
      resource: {
        original_type: '',
        algorithm: 'AEAD_AES_256_GCM',
        nonce: expect.stringMatching(/^\w{12}$/),
        ciphertext: expect.any(String),
      },
    });
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.any(String),
      'request-id': expect.any(String),
      'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
    });
    expect(new Set(received.map((one) => envelopeOf(one).id)).size).toBe(4);
  });

  it('that a campus contract was signed, and once that it was terminated, by whom ever', async () => {
    const { sandbox, received, merchant, presign, seconds } = await start({ probes: 'never' });
    const [mine, theirs] = [
      sandbox.user.sign(await presign(CAMPUS)),
      sandbox.user.sign(await presign(CAMPUS, { '/out_contract_code': 'OTHER' })),
    ];
    await settled(sandbox, 2);
    const path = `/v3/eduschoolpay/contracts/${mine.contract_id}/terminate`;
    for (const _ of ['once', 'again']) {
      const call = { path, body: Buffer.alloc(0), timestamp: seconds() };
      expect((await post(sandbox.url, merchant, call)).status).toBe(204);
    }
    sandbox.user.end(theirs.contract_id);
    await settled(sandbox, 4);
    const told = received.map((one) => {
      const { event_type, summary, resource } = envelopeOf(one);
      const { contract_status } = Object(sdkOpens(one, API_V3_KEY));
      return [event_type, summary, resource.original_type, resource.associated_data, contract_status];
    });
    const open = ['PAYSCORE.USER_OPEN_SERVICE', undefined, 'payscore', '', 'ADD'];
    const close = ['PAYSCORE.USER_CLOSE_SERVICE', undefined, 'payscore', '', 'DELETE'];
    expect(told).toEqual([open, open, close, close]);
    const opened = received.map((one) =>
      Object.keys(Object(sdkOpens(one, API_V3_KEY)))
        .sort()
        .join(),
    );
    const members = 'appid,contract_id,contract_status,create_time,mchid,openid,out_contract_code,plan_id';
    expect(opened).toEqual(Array(4).fill(members));
  });

  it('nothing of an individual payee, of what was given up, without an address, and without an APIv3 key', async () => {
    const { sandbox, url, presign } = await start({ probes: 'never' });
    const { contract_id } = sandbox.user.sign(await presign(PAYEE));
    sandbox.user.end(contract_id);
    sandbox.user.giveUp(await presign(ETC, { '/plan_id': '1' }));
    sandbox.setNotifyUrl(MCHID, undefined);
    sandbox.user.sign(await presign(ETC, { '/plan_id': '2' }));
    await sandbox.addMerchant({ mchid: '1900000110', mode: 'public-key' });
    sandbox.setNotifyUrl('1900000110', url);
    sandbox.notify('1900000110', notice());
    sandbox.setApiV3Key('1900000110', API_V3_KEY);
    sandbox.notify('1900000110', notice());
    expect(sandbox.notifications.map(({ mchid }) => mchid)).toEqual(['1900000110']);
  });
});

describe('the key that signs', () => {
  it.each<[Mode, (certificate: string, key: string) => string[]]>([
    ['certificate', (certificate) => Array(4).fill(certificate)],
    ['public-key', (_, key) => Array(4).fill(key)],
    ['both', (certificate, key) => [certificate, key, certificate, key]],
  ])('in %s mode is one the merchant has, by turns where there are two', async (mode, expected) => {
    const { sandbox, received } = await start({ mode, probes: 'never' });
    for (let n = 1; n <= 4; n += 1) {
      sandbox.notify(MCHID, notice(n));
      await settled(sandbox, n);
    }
    const [{ serial = '' } = {}] = sandbox.platform.certificates;
    const id = mode === 'certificate' ? '' : sandbox.platform.publicKey(MCHID).id;
    expect(received.map(({ headers }) => headers['wechatpay-serial'])).toEqual(expected(serial, id));
    expect(sandbox.notifications.map(({ attempts }) => attempts[0]?.serial)).toEqual(expected(serial, id));
  });

  it('is the one of the day: a delivery after a rotation is signed by the new certificate', async () => {
    let rotate = async (): Promise<unknown> => undefined;
    const { sandbox, received } = await start({
      mode: 'certificate',
      probes: 'never',
      answering: (_, index) => (index === 0 ? 500 : 204),
      wait: (ms) => (ms === TIME_OUT ? new Promise(() => {}) : rotate()),
    });
    rotate = () => sandbox.platform.rotateCertificate();
    sandbox.notify(MCHID, notice());
    await settled(sandbox, 1);
    const [before, after] = sandbox.platform.certificates.map(({ serial }) => serial);
    expect(received.map(({ headers }) => headers['wechatpay-serial'])).toEqual([before, after]);
  });
});

describe('a notification that is not taken', () => {
  it.each([
    ['of ETC', ETC, GENERAL],
    ['of campus', CAMPUS, CAMPUS_OWN],
  ] as const)('%s comes again as documented, and then no more', async (_, sample, schedule) => {
    const hurry = 10;
    const { sandbox, received, waits, seconds, presign } = await start({
      hurry,
      probes: 'never',
      answering: () => 500,
    });
    const begun = seconds();
    sandbox.user.sign(await presign(sample));
    await settled(sandbox, 1);
    expect(waits).toEqual(schedule.map((after) => (after * 1000) / hurry));
    expect(sandbox.notifications).toEqual([expect.objectContaining({ mchid: MCHID, outcome: 'gave up' })]);
    const attempts = sandbox.notifications[0]?.attempts.map(({ status, probe }) => [status, probe]);
    expect(attempts).toEqual(Array(schedule.length + 1).fill([500, false]));
    // The same words, signed anew by the clock of the moment.
    expect(new Set(received.map(({ body }) => body.toString())).size).toBe(1);
    expect(new Set(received.map(({ headers }) => headers['wechatpay-nonce'])).size).toBe(received.length);
    expect(received.every((one) => sdkAccepts(one, keysOf(sandbox)))).toBe(true);
    const total = waits.reduce((sum, ms) => sum + ms, 0) / 1000;
    const last = Number(received.at(-1)?.headers['wechatpay-timestamp']);
    expect(last).toBe(Math.floor(begun + total));
  });

  it.each([200, 204])('is taken by a %d, and by nothing else', async (good) => {
    const answers = [201, 302, 400, 401, 503, good];
    const { sandbox, received } = await start({
      probes: 'never',
      answering: (_, index) => answers[index] ?? 500,
    });
    sandbox.notify(MCHID, notice());
    await settled(sandbox, 1);
    expect(received).toHaveLength(answers.length);
    expect(sandbox.notifications[0]?.attempts.map(({ status }) => status)).toEqual(answers);
    expect(sandbox.notifications[0]?.outcome).toBe('delivered');
  });

  it('comes again to who has not answered in five seconds, or is not there', async () => {
    const slow: (() => void)[] = [];
    const { sandbox, received } = await start({
      probes: 'never',
      answering: (_, index) => (index === 0 ? 'nothing' : 204),
      wait: (ms) =>
        ms === TIME_OUT ? new Promise<void>((resolve) => slow.push(resolve)) : Promise.resolve(),
    });
    sandbox.notify(MCHID, notice());
    await until(() => received.length === 1);
    slow[0]?.();
    await settled(sandbox, 1);
    expect(sandbox.notifications[0]?.attempts).toEqual([
      { probe: false, serial: expect.any(String), error: 'no answer within 5 seconds' },
      { probe: false, serial: expect.any(String), status: 204 },
    ]);
    const gone = await startReceiver();
    await gone.close();
    sandbox.setNotifyUrl(MCHID, gone.url);
    sandbox.notify(MCHID, notice());
    await settled(sandbox, 2);
    const errors = sandbox.notifications[1]?.attempts.map(({ error }) => error);
    expect(errors).toEqual(Array(GENERAL.length + 1).fill(expect.stringContaining('ECONNREFUSED')));
  });
});

describe('a probe', () => {
  it('comes before every third notification, and whatever it is answered, the right one follows', async () => {
    const { sandbox, received } = await start({ answering: () => 204 });
    for (let n = 1; n <= 6; n += 1) {
      sandbox.notify(MCHID, notice(n));
      await settled(sandbox, n);
    }
    const numbers = received.map((one) => Object(sdkOpens(one, API_V3_KEY)).n);
    expect(numbers).toEqual([1, 2, 3, 3, 4, 5, 6, 6]);
    const probed = received.map(isProbe);
    expect(probed).toEqual([false, false, true, false, false, false, true, false]);
    expect(received.map((one) => sdkAccepts(one, keysOf(sandbox)))).toEqual(probed.map((one) => !one));
    const [, , third] = sandbox.notifications;
    expect(third?.attempts.map(({ probe, status }) => [probe, status])).toEqual([
      [true, 204],
      [false, 204],
    ]);
    expect(received[2]?.body).toEqual(received[3]?.body);
  });
});

describe('closing', () => {
  it('ends what waits, and what hangs, at once', async () => {
    const receiver = await startReceiver((_, index) => (index === 0 ? 500 : 'nothing'));
    closing.push(receiver.close);
    const sandbox = await startWechatPay(STRICT);
    await addTestMerchant(sandbox, MCHID, 'public-key');
    sandbox.setNotifyUrl(MCHID, receiver.url);
    sandbox.notify(MCHID, notice());
    await until(() => sandbox.notifications[0]?.attempts[0]?.status === 500);
    sandbox.notify(MCHID, notice());
    await until(() => receiver.received.length === 2);
    await sandbox.close();
    expect(sandbox.notifications.map(({ attempts, outcome }) => [attempts.length, outcome])).toEqual([
      [1, undefined],
      [1, undefined],
    ]);
  });
});

describe('over HTTP', () => {
  it('an address is set and taken away, anything is sent to it, and what became of it is told', async () => {
    const { sandbox, received, url } = await start({ probes: 'never' });
    const ask = (method: string, path: string, body = '') => askControl(sandbox.url, method, path, body);
    const address = `merchants/${MCHID}/notify-url`;
    const send = (body: object) => ask('POST', `merchants/${MCHID}/notifications`, JSON.stringify(body));
    expect(await ask('DELETE', address)).toMatchObject({ status: 204 });
    const event = { event_type: 'TRANSACTION.PAY_BACK', resource: { deep: [1, { two: '二' }] } };
    expect(await send(event)).toMatchObject({ status: 409, text: expect.stringContaining('notify-url') });
    expect(await ask('PUT', address, `${url}\n`)).toMatchObject({ status: 204 });
    const { json } = await send({ ...event, original_type: 't', associated_data: 'a', summary: 's' });
    await settled(sandbox, 1);
    expect(received.map(envelopeOf)).toEqual([
      expect.objectContaining({
        id: json.id,
        event_type: event.event_type,
        summary: 's',
        resource: expect.objectContaining({ original_type: 't', associated_data: 'a' }),
      }),
    ]);
    expect(received.map((one) => sdkOpens(one, API_V3_KEY))).toEqual([event.resource]);
    expect((await ask('GET', 'notifications')).json).toEqual([
      {
        mchid: MCHID,
        id: json.id,
        event_type: event.event_type,
        url,
        outcome: 'delivered',
        attempts: [{ probe: false, serial: expect.any(String), status: 204 }],
      },
    ]);
  });

  it.each<[string, string, string, number, string]>([
    ['a query', 'PUT', 'http://127.0.0.1/x?y=1', 400, 'without a query'],
    ['another scheme', 'PUT', 'ftp://127.0.0.1/x', 400, 'http or https'],
    ['no URL', 'PUT', 'notify', 400, 'whole URL'],
  ])('%s is no address', async (_, method, body, status, words) => {
    const { sandbox } = await start();
    const answer = await askControl(sandbox.url, method, `merchants/${MCHID}/notify-url`, body);
    expect(answer).toMatchObject({ status, text: expect.stringContaining(words) });
    const nobody = await askControl(
      sandbox.url,
      'PUT',
      'merchants/1900000199/notify-url',
      'http://127.0.0.1/',
    );
    expect(nobody).toMatchObject({ status: 404 });
  });

  it.each([
    'no JSON',
    '[]',
    '{"event_type": "A"}',
    '{"resource": {}}',
    '{"event_type": 1, "resource": {}}',
    '{"event_type": "A", "resource": []}',
    '{"event_type": "A", "resource": {}, "summary": 1}',
    '{"event_type": "A", "resource": {}, "nonsense": ""}',
  ])('%s is no notification', async (body) => {
    const { sandbox } = await start();
    const answer = await askControl(sandbox.url, 'POST', `merchants/${MCHID}/notifications`, body);
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('event_type') });
    expect(sandbox.notifications).toEqual([] satisfies Notification[]);
  });

  it('a merchant whose APIv3 key nobody has set is told to set it', async () => {
    const { sandbox, url } = await start();
    await sandbox.addMerchant({ mchid: '1900000111', mode: 'public-key' });
    sandbox.setNotifyUrl('1900000111', url);
    const body = JSON.stringify({ event_type: 'A', resource: {} });
    const answer = await askControl(sandbox.url, 'POST', 'merchants/1900000111/notifications', body);
    expect(answer).toMatchObject({ status: 409, text: expect.stringContaining('api-v3-key') });
  });
});
