import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { MerchantRecord } from '../../lib/merchants/record.ts';
import type { Stack } from '../aws/stack.ts';
import type { coldLambda as ColdLambda } from '../support/lambda.ts';
import type { Logs } from '../support/world.ts';

/**
 * Counts what turns a PEM into a key. Names imported from a core module are fixed when the first module asks for
 * them, so the counters go in before anything of ours is imported, and everything here is imported dynamically.
 */
const parsed: string[] = [];
const crypto = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');
const { createPublicKey, X509Certificate } = crypto;
crypto.createPublicKey = (...args) => {
  parsed.push('createPublicKey');
  return createPublicKey(...args);
};
crypto.X509Certificate = class extends X509Certificate {
  constructor(...args: ConstructorParameters<typeof X509Certificate>) {
    parsed.push('X509Certificate');
    super(...args);
  }
};

const MCHID = '1900000001';

let world: typeof import('../support/world.ts');
let coldLambda: typeof ColdLambda;
let stack: Stack;
let etc: Endpoint;
let logs: Logs;
let record: MerchantRecord;

beforeAll(async () => {
  world = await import('../support/world.ts');
  ({ coldLambda } = await import('../support/lambda.ts'));
  const { startStack } = await import('../aws/stack.ts');
  stack = await startStack();
  record = await stack.addMerchant({ mchid: MCHID, mode: 'both' });
  ({ etc } = await world.loadEndpoints());
});
afterAll(async () => {
  Object.assign(crypto, { createPublicKey, X509Certificate });
  await stack.close();
});
beforeEach(() => {
  stack.clear();
  logs = world.captureLogs();
});
afterEach(() => logs.stop());

const lambda = () => coldLambda(etc, stack.env(MCHID));
const statuses = (answers: readonly { status: number }[]) => answers.map(({ status }) => status);

describe('a warm Lambda', () => {
  it('makes one call to KMS and one to WeChat Pay per pre-sign, and none to DynamoDB', async () => {
    const warm = lambda();
    expect((await warm.post(world.bodyFor(etc))).status).toBe(200);
    stack.clear();
    const sockets = { kms: stack.kms.connections, wechatpay: stack.wechatpay.connections };
    for (let i = 0; i < 20; i += 1) expect((await warm.post(world.bodyFor(etc))).status).toBe(200);
    expect(stack.kms.calls.map(({ operation }) => operation)).toEqual(Array(20).fill('Sign'));
    expect(stack.wechatpay.calls).toHaveLength(20);
    expect(stack.dynamo.calls).toHaveLength(0);
    expect({ kms: stack.kms.connections, wechatpay: stack.wechatpay.connections }).toEqual(sockets);
  });

  it('has parsed each PEM once', async () => {
    parsed.splice(0);
    const warm = lambda();
    await warm.post(world.bodyFor(etc));
    const [certificates, publicKeys] = ['CERTIFICATE', 'PUBLIC_KEY'].map(
      (kind) => Object.values(record.platform_keys).filter((key) => key.kind === kind).length,
    );
    const count = (what: string) => parsed.filter((one) => one === what).length;
    expect(count('X509Certificate')).toBe(certificates);
    expect(count('createPublicKey')).toBe(publicKeys);
    for (let i = 0; i < 20; i += 1) await warm.post(world.bodyFor(etc));
    expect(parsed).toHaveLength(Object.keys(record.platform_keys).length);
  });

  it('a cold one makes the same calls and one read of the registry', async () => {
    await lambda().post(world.bodyFor(etc));
    expect(stack.dynamo.calls).toEqual(['GetItem']);
    expect(stack.kms.calls).toHaveLength(1);
    expect(stack.wechatpay.calls).toHaveLength(1);
  });

  it('writes one line and one set of metrics per pre-sign', async () => {
    const warm = lambda();
    for (let i = 0; i < 3; i += 1) await warm.post(world.bodyFor(etc));
    expect(logs.ends()).toHaveLength(3);
    expect(logs.lines).toHaveLength(6);
  });
});

describe('50 pre-signs at once in one process', () => {
  it('all succeed, each signed on its own', async () => {
    const warm = lambda();
    const before = stack.wechatpay.presigns.length;
    const answers = await Promise.all(Array.from({ length: 50 }, () => warm.post(world.bodyFor(etc))));
    expect(statuses(answers)).toEqual(Array(50).fill(200));
    expect(new Set(stack.wechatpay.calls.map(({ nonce }) => nonce)).size).toBe(50);
    expect(new Set(answers.map(({ json }) => json['preopen_id'])).size).toBe(50);
    expect(stack.wechatpay.presigns.length - before).toBe(50);
    expect(stack.dynamo.calls).toHaveLength(1);
    // By digest: on a busy machine KMS may be asked again for one that it was slow to sign.
    expect(new Set(stack.kms.calls.map(({ message }) => message?.toString('hex'))).size).toBe(50);
  });

  it('with trouble on the way, each comes to a good end with one effect', async () => {
    const warm = lambda();
    const before = stack.wechatpay.presigns.length;
    const met = new Set<string>();
    // Each pre-sign meets at most one: two rejected answers in a row are rightly an error.
    const match = ({ body }: { body: Buffer }) => {
      const seen = met.size;
      return met.add(body.toString('base64')).size > seen;
    };
    for (let i = 0; i < 5; i += 1) {
      stack.wechatpay.fault({ kind: 'error-page', status: 502 }, { match });
      stack.wechatpay.fault({ kind: 'reset-after' }, { match });
      stack.wechatpay.fault({ kind: 'signtest' }, { match });
      stack.kms.fault('throttled');
    }
    const answers = await Promise.all(Array.from({ length: 50 }, () => warm.post(world.bodyFor(etc))));
    expect(statuses(answers)).toEqual(Array(50).fill(200));
    expect(stack.wechatpay.calls).toHaveLength(65);
    expect(stack.wechatpay.pendingFaults()).toBe(0);
    expect(stack.wechatpay.presigns.length - before).toBe(50);
    const ids = stack.wechatpay.presigns.slice(before).map(({ id }) => id);
    expect(answers.map(({ json }) => json['preopen_id']).sort()).toEqual(ids.sort());
  });
});
