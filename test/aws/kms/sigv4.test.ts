import { ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, failureOf, tamper } from '../../support/aws/kms-test-client.ts';
import { type KmsSandbox, startKms } from './kms.ts';

const HOUR_MS = 3_600_000;
const merchant = { accessKeyId: 'AKIDMERCHANT', secretAccessKey: 'merchant/secret+1' };
const operator = { accessKeyId: 'AKIDOPERATOR', secretAccessKey: 'operator/secret+2' };
const list = () => new ListKeysCommand({});

let kms: KmsSandbox;
beforeAll(async () => {
  kms = await startKms({ credentials: [merchant, operator] });
});
afterAll(() => kms.close());

describe('signatures', () => {
  it('of everyone who is known are accepted and attributed', async () => {
    kms.clearCalls();
    expect(kms.credentials).toEqual(merchant);
    await clientOf(kms).send(list());
    await clientOf(kms, { credentials: operator }).send(list());
    expect(kms.calls.map((call) => [call.accessKeyId, call.status])).toEqual([
      ['AKIDMERCHANT', 200],
      ['AKIDOPERATOR', 200],
    ]);
  });

  it('cover a session token', async () => {
    const client = clientOf(kms, { credentials: { ...merchant, sessionToken: 'a+session/token==' } });
    expect((await client.send(list())).$metadata.httpStatusCode).toBe(200);
    tamper(client, (request) => {
      request.headers['x-amz-security-token'] = 'another';
    });
    expect((await failureOf(client.send(list()))).name).toBe('InvalidSignatureException');
  });

  it('made with the wrong secret are refused', async () => {
    const credentials = { ...merchant, secretAccessKey: operator.secretAccessKey };
    expect(await failureOf(clientOf(kms, { credentials }).send(list()))).toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining('does not match') as unknown,
      status: 400,
    });
  });

  it('of an unknown access key are refused', async () => {
    const credentials = { ...merchant, accessKeyId: 'AKIDNOBODY' };
    expect(await failureOf(clientOf(kms, { credentials }).send(list()))).toMatchObject({
      name: 'UnrecognizedClientException',
      status: 400,
    });
  });

  it('are recomputed over the body that arrived', async () => {
    const client = tamper(clientOf(kms), (request) => {
      request.body = '[]';
      request.headers['content-length'] = '2';
    });
    expect((await failureOf(client.send(list()))).name).toBe('InvalidSignatureException');
  });

  it.each([
    ['x-amz-target', 'TrentService.DescribeKey'],
    ['x-amz-user-agent', 'somebody else'],
    ['x-amz-added', 'not signed'],
  ])('do not survive a change of the header %s', async (name, value) => {
    const client = tamper(clientOf(kms), (request) => {
      request.headers[name] = value;
    });
    expect((await failureOf(client.send(list()))).name).toBe('InvalidSignatureException');
  });

  it('must be there', async () => {
    kms.clearCalls();
    const client = tamper(clientOf(kms), (request) => {
      delete request.headers['authorization'];
    });
    expect(await failureOf(client.send(list()))).toMatchObject({
      name: 'MissingAuthenticationTokenException',
      status: 400,
    });
    expect(kms.calls).toMatchObject([{ operation: 'ListKeys', accessKeyId: '', status: 400 }]);
  });

  it.each(['Credential', 'SignedHeaders', 'Signature'])('must be whole: %s is missing', async (part) => {
    const client = tamper(clientOf(kms), (request) => {
      request.headers['authorization'] = String(request.headers['authorization']).replace(
        `${part}=`,
        'Other=',
      );
    });
    expect((await failureOf(client.send(list()))).name).toBe('IncompleteSignatureException');
  });

  it('must be scoped to the region and to kms', async () => {
    const elsewhere = await failureOf(clientOf(kms, { region: 'cn-northwest-1' }).send(list()));
    expect(elsewhere).toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining('/cn-north-1/kms/aws4_request') as unknown,
    });
    const client = tamper(clientOf(kms), (request) => {
      request.headers['authorization'] = String(request.headers['authorization']).replace('/kms/', '/sts/');
    });
    expect(await failureOf(client.send(list()))).toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining('/cn-north-1/kms/aws4_request') as unknown,
    });
  });

  it('are accepted from anyone, but still needed, when no credentials are configured', async () => {
    const open = await startKms();
    const credentials = { accessKeyId: 'anyone', secretAccessKey: 'anything' };
    await clientOf(open, { credentials }).send(list());
    expect(open.calls).toMatchObject([{ accessKeyId: 'anyone', status: 200 }]);
    const bare = tamper(clientOf(open), (request) => {
      delete request.headers['authorization'];
    });
    expect((await failureOf(bare.send(list()))).name).toBe('MissingAuthenticationTokenException');
    await open.close();
  });
});

describe('the time of a signature', () => {
  it.each([
    ['old', HOUR_MS, 'Signature expired'],
    ['early', -HOUR_MS, 'Signature not yet current'],
  ])('may not be too %s', async (_name, offset, message) => {
    const shifted = await startKms({ credentials: merchant, clock: () => Date.now() + offset });
    expect(await failureOf(clientOf(shifted).send(list()))).toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining(message) as unknown,
    });
    await shifted.close();
  });

  it('may be four minutes off', async () => {
    const shifted = await startKms({ clock: () => Date.now() + 4 * 60_000 });
    expect((await clientOf(shifted).send(list())).$metadata.httpStatusCode).toBe(200);
    await shifted.close();
  });

  it('is put right by the SDK from the Date header, which follows the injected clock', async () => {
    const shifted = await startKms({ credentials: merchant, clock: () => Date.now() + HOUR_MS });
    const client = clientOf(shifted, { maxAttempts: 2 });
    await client.send(list());
    await client.send(list());
    expect(shifted.calls.map((call) => call.status)).toEqual([400, 200, 200]);
    await shifted.close();
  });
});
