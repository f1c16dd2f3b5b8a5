import { createPublicKey, verify } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from '@jest/globals';
import { MCHID, requestOf, useQueueWorld } from '../support/queue-world.ts';
import { attempts, bodyFor } from '../support/world.ts';

const { world, logs } = await useQueueWorld();
const { etc, campus, payee } = world.endpoints;
const { stack } = world;

type Launch = Record<string, string>;
const post = async (body = bodyFor(payee), headers: Record<string, string> = {}) => {
  const { statusCode, body: text } = await world.overHttp(payee, world.lambda(payee), body, { headers });
  return { status: statusCode, answer: JSON.parse(text) as { pre_entrustweb_id: string; launch: Launch } };
};

/** With the public half of the key that the merchant certificate was issued for, over the documented string. */
const isSigned = async ({ appid, timeStamp, nonceStr, package: opened, signature }: Launch) => {
  const kms = new KMSClient({ endpoint: stack.kms.url });
  const { signing_key_arn = '' } = (await stack.registry.readItem(MCHID)) ?? {};
  const { PublicKey = [] } = await kms.send(new GetPublicKeyCommand({ KeyId: signing_key_arn }));
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  const message = `${appid}\n${timeStamp}\n${nonceStr}\n${opened}\n`;
  return verify('sha256', Buffer.from(message), key, Buffer.from(signature ?? '', 'base64'));
};

describe('what opens the signing page of an individual payee', () => {
  it('is signed with the merchant key over the documented string, within the time it is good for', async () => {
    const body = bodyFor(payee);
    const { answer } = await post(body);
    const { launch } = answer;
    const { certificate_serial } = (await stack.registry.readItem(MCHID)) ?? {};
    expect(launch).toEqual({
      mchid: MCHID,
      appid: body['appid'],
      package: `preEntrustwebId=${answer.pre_entrustweb_id}&outContractCode=${body['out_contract_code']}&permissionType=INDIVIDUAL_PAYEE`,
      timeStamp: expect.stringMatching(/^\d{10}$/),
      nonceStr: expect.stringMatching(/^[0-9A-Z]{32}$/),
      signType: 'RSA',
      certSerialNo: certificate_serial,
      signature: expect.any(String),
    });
    expect(await isSigned(launch)).toBe(true);
    const { timestamp } = attempts(stack)[0] ?? {};
    expect(Number(launch['timeStamp']) - Number(timestamp)).toBeLessThan(120);
    expect(await isSigned({ ...launch, appid: 'wx0000000000000000' })).toBe(false);
  });

  it('is signed anew for a repeated request, of which WeChat Pay is not asked again', async () => {
    const [body, headers] = [bodyFor(payee), { 'Idempotency-Key': 'launch-again' }];
    const [first, second] = [await post(body, headers), await post(body, headers)];
    expect(second.answer.pre_entrustweb_id).toBe(first.answer.pre_entrustweb_id);
    expect(second.answer.launch['nonceStr']).not.toBe(first.answer.launch['nonceStr']);
    expect(await isSigned(second.answer.launch)).toBe(true);
    expect(attempts(stack)).toHaveLength(1);
  });

  /** KMS signs the request, and nothing after it. */
  const signOnlyTheRequest = () => {
    const match = () => {
      stack.kms.fault('throttled', { times: 3 });
      return true;
    };
    stack.wechatpay.fault({ kind: 'latency', ms: 1 }, { match });
  };

  it('can be missing for want of a signature: the pre-sign stands, and is told when it is repeated', async () => {
    const [body, headers] = [bodyFor(payee), { 'Idempotency-Key': 'launch-later' }];
    signOnlyTheRequest();
    expect((await post(body, headers)).status).toBe(503);
    const { status, answer } = await post(body, headers);
    expect(status).toBe(200);
    expect(await isSigned(answer.launch)).toBe(true);
    expect(attempts(stack)).toHaveLength(1);
  });

  it('by event too', async () => {
    signOnlyTheRequest();
    const request = requestOf(payee);
    await world.ask(payee, request);
    expect((await world.deliver(payee, world.lambda(payee))).left).toEqual([request.request_id]);
    expect(world.outcomes()).toEqual([]);
    expect((await world.deliver(payee, world.lambda(payee))).left).toEqual([]);
    const [{ detail } = { detail: {} as Record<string, unknown> }] = world.outcomes();
    expect(await isSigned(detail['launch'] as Launch)).toBe(true);
    expect(attempts(stack)).toHaveLength(1);
  });

  it('is in no log', async () => {
    const { answer } = await post();
    const logged = JSON.stringify(logs.lines);
    for (const secret of [answer.pre_entrustweb_id, answer.launch['signature'] ?? ''])
      expect(logged).not.toContain(secret);
  });
});

describe('what opens a mini-program', () => {
  it.each([
    { endpoint: etc, appId: 'wxbcad394b3d99dac9', path: 'pages/etc/index', member: 'preopen_id' },
    { endpoint: campus, appId: 'wxfb66fbe7068ae9cd', path: 'pages/index/index', member: 'presign_token' },
  ])('$path carries the $member, and costs no signature', async ({ endpoint, appId, path, member }) => {
    const { body } = await world.overHttp(endpoint, world.lambda(endpoint), bodyFor(endpoint));
    const answer = JSON.parse(body) as Record<string, string>;
    expect(answer['launch']).toEqual({ appId, path, extraData: { [member]: answer[member] } });
    expect(world.signatures()).toBe(1);
  });
});
