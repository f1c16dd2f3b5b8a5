import { expect, it } from '@jest/globals';
import type { Product, ProductRequest } from '../../sandbox/product/product.ts';
import { traceOf } from '../../sandbox/product/trace.ts';
import type { Call } from '../../sandbox/types.ts';

const asked = {
  way: 'event',
  cameAt: 0,
  method: 'POST',
  target: '/v3/x',
  headers: {},
  handedAt: [],
} as const;
const called = { cameAt: 1, method: 'POST', path: '/v3/x', status: 500 };
const authorization = (signature: number): string =>
  `WECHATPAY2-SHA256-RSA2048 mchid="1",nonce_str="1",serial_no="1",timestamp="1",signature="${signature}"`;

it('among many open requests, each is read once, however many calls there are', () => {
  let reads = 0;
  const requests: ProductRequest[] = Array.from({ length: 50 }, (_, n) => ({
    n,
    ...asked,
    get body() {
      reads += 1;
      return JSON.stringify({ name: `name ${n}` });
    },
  }));
  const calls = requests.map(({ n }) => ({
    n,
    ...called,
    headers: { authorization: authorization(n) },
    // What the others say could not be read.
    ...(n % 2 === 0
      ? { body: Buffer.from('{"name":"sealed"}'), decrypted: { '/name': `name ${n}` } }
      : { body: Buffer.from('{"name":"other"}') }),
  }));
  const signatures = requests.map(({ n }) => ({ at: 0, key: 'key', digest: 'ab', signature: `${n}` }));
  const product = { requests: () => requests, signatures: () => signatures, lines: () => [] };
  const traces = [8, 9].map((n) =>
    traceOf(
      requests[n] as ProductRequest,
      product as unknown as Product,
      calls as unknown as readonly Readonly<Call>[],
    ),
  );
  expect(traces.map(({ steps }) => steps.map(({ step }) => step))).toEqual([
    ['came', 'signed', 'called'],
    ['came'],
  ]);
  // And what is shown, of each twice.
  expect(reads).toBeLessThanOrEqual(requests.length + 4);
});
