import { createHash } from 'node:crypto';
import { KMSClient, ListKeysCommand, SignCommand } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf, tamper } from '../../support/aws/kms-test-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256';
const digest = createHash('sha256').update('message').digest();
let kms: KmsSandbox;

beforeEach(async () => {
  kms = await startKms();
});
afterEach(() => kms.close());

const signDigest = (KeyId: string) =>
  new SignCommand({ KeyId, Message: digest, MessageType: 'DIGEST', SigningAlgorithm });

describe('the protocol', () => {
  it('is found by AWS_ENDPOINT_URL_KMS alone', async () => {
    const before = process.env['AWS_ENDPOINT_URL_KMS'];
    process.env['AWS_ENDPOINT_URL_KMS'] = kms.url;
    try {
      await new KMSClient({ region: kms.region, credentials: kms.credentials }).send(new ListKeysCommand({}));
    } finally {
      if (before === undefined) delete process.env['AWS_ENDPOINT_URL_KMS'];
      else process.env['AWS_ENDPOINT_URL_KMS'] = before;
    }
    expect(kms.calls).toMatchObject([{ operation: 'ListKeys', status: 200 }]);
  });

  it('gives every answer a request id of its own, errors included', async () => {
    const client = clientOf(kms);
    const ok = await client.send(new ListKeysCommand({}));
    const failure = await failureOf(client.send(signDigest('alias/none')));
    expect(ok.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(failure.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(failure.requestId).not.toBe(ok.$metadata.requestId);
  });

  it.each([
    ['GenerateMac', 'TrentService.GenerateMac'],
    ['another service', 'DynamoDB_20120810.ListTables'],
  ])('answers UnknownOperationException to %s', async (_name, target) => {
    const client = tamper(clientOf(kms), (request) => {
      request.headers['x-amz-target'] = target;
    });
    expect(await failureOf(client.send(new ListKeysCommand({})))).toMatchObject({
      name: 'UnknownOperationException',
      status: 400,
    });
  });

  it('answers plain HTTP the way AWS JSON 1.1 is written', async () => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.ListKeys' };
    const answer = await fetch(kms.url, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(await answer.json()).toEqual({
      __type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    });
    expect(await (await fetch(kms.url)).json()).toEqual({ __type: 'UnknownOperationException' });
  });

  it.each([
    ['JSON cut short', '{"KeyId":'],
    ['not an object', '[]'],
    ['a number for a string', '{"KeyId":1}'],
    ['a blob that is not base64', '{"KeyId":"x","Message":"%%","SigningAlgorithm":"x"}'],
  ])('answers SerializationException to %s', async (_name, body) => {
    const client = tamper(clientOf(kms), (request) => {
      request.body = body;
      request.headers['content-length'] = String(Buffer.byteLength(body));
    });
    expect(await failureOf(client.send(signDigest('x')))).toMatchObject({
      name: 'SerializationException',
      status: 400,
    });
  });
});
