import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { MerchantRecord } from '../../lib/merchants/record.ts';
import type { Call } from '../../sandbox/types.ts';
import { type Stack, startStack } from '../aws/stack.ts';
import { mapCiphertexts, mapSensitive, requestOf } from '../support/interop/fields.ts';
import {
  parseAuthorization,
  sdkAuthorization,
  sdkDecrypt,
  sdkEncrypt,
  sdkVerifies,
} from '../support/interop/sdk.ts';
import { coldLambda } from '../support/lambda.ts';

// What our Lambdas send, judged by somebody else's implementation of the protocol and by no line of ours.

const ENDPOINTS = await endpointsIn();
const MODES = [
  { mode: 'certificate', mchid: '1900000201' },
  { mode: 'public-key', mchid: '1900000202' },
  { mode: 'both', mchid: '1900000203' },
] as const;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());
beforeEach(() => stack.clear());

/** The merchant's public key as KMS hands it out: what the certificate was issued for. */
const publicKeyIn = async ({ signing_key_arn: KeyId }: MerchantRecord): Promise<string> => {
  const client = new KMSClient({
    endpoint: stack.kms.url,
    region: stack.kms.region,
    credentials: stack.kms.credentials,
  });
  const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyCommand({ KeyId }));
  client.destroy();
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  return key.export({ format: 'pem', type: 'spki' }).toString();
};

const onlyCall = (): Readonly<Call> => {
  const [call, ...more] = stack.wechatpay.calls;
  if (call === undefined || more.length > 0) throw new Error(`${stack.wechatpay.calls.length} calls`);
  return call;
};

const certificateKey = () => {
  const [{ serial: id = '', certificatePem: pem = '' } = {}] = stack.wechatpay.platform.certificates;
  return { id, pem };
};

/** The body as WeChat Pay reads it, with the SDK's eyes, and the JSON pointers of what was encrypted. */
const opened = (call: Readonly<Call>, mchid: string) => {
  const key = stack.wechatpay.platform.privateKey(mchid, call.headers['wechatpay-serial'] ?? '');
  const pointers: string[] = [];
  const body = mapCiphertexts(JSON.parse(call.body.toString('utf8')), (ciphertext, pointer) => {
    pointers.push(pointer);
    return sdkDecrypt(ciphertext, key);
  });
  return { body, pointers: pointers.sort() };
};

const presign = (endpoint: Endpoint, mchid: string, body: object, headers: Record<string, string> = {}) =>
  coldLambda(endpoint, stack.env(mchid)).post(body, { headers });

/** Each test its own contract: the same number with other bytes would be refused. */
let contracts = 0;
const ownContract = (body: object): object => {
  contracts += 1;
  return 'out_contract_code' in body ? { ...body, out_contract_code: String(contracts) } : body;
};

describe.each(MODES)('a merchant in $mode mode', ({ mode, mchid }) => {
  let merchant: MerchantRecord;
  let publicKeyPem: string;
  const platformKey = () =>
    mode === 'certificate' ? certificateKey() : stack.wechatpay.platform.publicKey(mchid);
  beforeAll(async () => {
    merchant = await stack.addMerchant({ mchid, mode });
    publicKeyPem = await publicKeyIn(merchant);
  });

  it.each(ENDPOINTS)('signs $name so that the SDK verifies it', async (endpoint) => {
    const { status } = await presign(endpoint, mchid, ownContract(requestOf(endpoint)));
    expect(status).toBe(200);
    const call = onlyCall();
    const [scheme, items] = parseAuthorization(call.headers['authorization']);
    expect([scheme, items]).toEqual(parseAuthorization(sdkAuthorization(items)));
    expect(items).toMatchObject({ mchid, serial_no: merchant.certificate_serial });
    expect(sdkVerifies(call, publicKeyPem)).toBe(true);
    expect(sdkVerifies(call, publicKeyPem, Buffer.concat([call.body, Buffer.from(' ')]))).toBe(false);
  });

  it.each(ENDPOINTS)('encrypts the fields of $name so that the SDK decrypts them', async (endpoint) => {
    const plain = ownContract(requestOf(endpoint));
    const { status } = await presign(endpoint, mchid, plain);
    expect(status).toBe(200);
    const call = onlyCall();
    expect(call.headers['wechatpay-serial']).toBe(platformKey().id);
    const { body, pointers } = opened(call, mchid);
    expect(body).toEqual(plain);
    expect(pointers).toHaveLength(endpoint.sensitive.length);
    expect(pointers).toEqual(Object.keys(call.decrypted ?? {}).sort());
  });

  it.each(ENDPOINTS)('passes on what the SDK encrypted for $name', async (endpoint) => {
    const key = platformKey();
    const plain = ownContract(requestOf(endpoint));
    const body = mapSensitive(endpoint, plain, (value) => sdkEncrypt(value, key));
    const { status, json } = await presign(endpoint, mchid, body, { 'Wechatpay-Serial': key.id });
    expect(status).toBe(200);
    expect(endpoint.response.safeParse(json)).toMatchObject({ success: true });
    const call = onlyCall();
    expect(call.headers['wechatpay-serial']).toBe(key.id);
    expect(JSON.parse(call.body.toString('utf8'))).toEqual(body);
    expect(opened(call, mchid).body).toEqual(plain);
    expect(sdkVerifies(call, publicKeyPem)).toBe(true);
  });
});

describe('what else a Lambda sends', () => {
  const endpoint = ENDPOINTS.find(({ sensitive }) => sensitive.length > 0);
  if (endpoint === undefined) throw new Error('no endpoint');

  it('keeps to the certificate that a caller in the middle of a migration encrypted with', async () => {
    const mchid = '1900000204';
    await stack.addMerchant({ mchid, mode: 'both' });
    const key = certificateKey();
    const plain = ownContract(requestOf(endpoint));
    const body = mapSensitive(endpoint, plain, (value) => sdkEncrypt(value, key));
    const { status } = await presign(endpoint, mchid, body, { 'wechatpay-serial': key.id });
    expect(status).toBe(200);
    expect(onlyCall().headers['wechatpay-serial']).toBe(key.id);
    expect(opened(onlyCall(), mchid).body).toEqual(plain);
  });

  const vehicles = '1900000207';
  beforeAll(async () => {
    await stack.addMerchant({ mchid: vehicles });
  });

  it.each([
    ['a name of a minority', '阿卜杜热合曼·买买提'],
    ['as much as one RSA block takes', `${'张'.repeat(71)}a`],
    ['what JSON escapes', '"\\/ \u00e9'],
  ])('encrypts %s', async (_, value) => {
    // Of the endpoints the only one whose sensitive fields are limited by the block alone.
    const vehicle = ENDPOINTS.find(({ name }) => name === 'vehicleEtcPreopen');
    if (vehicle === undefined) throw new Error('no such endpoint');
    const plain = mapSensitive(vehicle, requestOf(vehicle), () => value);
    const { status } = await presign(vehicle, vehicles, plain);
    expect(status).toBe(200);
    expect(opened(onlyCall(), vehicles).body).toEqual(plain);
  });

  it('is signed anew at a retry, over the same bytes', async () => {
    const mchid = '1900000206';
    const publicKeyPem = await publicKeyIn(await stack.addMerchant({ mchid }));
    stack.wechatpay.fault({ kind: 'system-error' });
    const { status } = await presign(endpoint, mchid, ownContract(requestOf(endpoint)));
    expect(status).toBe(200);
    const { calls } = stack.wechatpay;
    expect(calls.map((call) => call.status)).toEqual([500, 200]);
    expect(calls.map((call) => sdkVerifies(call, publicKeyPem))).toEqual([true, true]);
    expect(new Set(calls.map((call) => call.body.toString('hex'))).size).toBe(1);
    expect(new Set(calls.map((call) => call.headers['authorization'])).size).toBe(2);
  });

  it('is signed over no body when it downloads the certificates', async () => {
    const mchid = '1900000205';
    const publicKeyPem = await publicKeyIn(await stack.addMerchant({ mchid, seeded: false }));
    const { status } = await presign(endpoint, mchid, ownContract(requestOf(endpoint)));
    expect(status).toBe(200);
    const { calls } = stack.wechatpay;
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v3/certificates',
      `POST ${endpoint.path}`,
    ]);
    expect(calls.map((call) => call.body.length === 0)).toEqual([true, false]);
    expect(calls.map((call) => sdkVerifies(call, publicKeyPem))).toEqual([true, true]);
  });
});
