import { expect, it, jest } from '@jest/globals';
import { startWechatPay } from '../../sandbox/server.ts';
import { addTestMerchant, get } from '../support/sandbox/test-client.ts';

it('a fault of the stand-in ends one call with 500, is told with no word of the call, and ends nothing else', async () => {
  const sandbox = await startWechatPay();
  const merchant = await addTestMerchant(sandbox, '1900000109', 'certificate');
  const faults = ['张三'];
  sandbox.onCall(() => {
    const [name] = faults.splice(0);
    if (name !== undefined) throw new TypeError(name);
  });
  const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const path = '/v3/certificates';
  const statuses = [
    (await get(sandbox.url, merchant, path)).status,
    (await get(sandbox.url, merchant, path)).status,
  ];
  const told = said.mock.calls.map(([text]) => String(text)).join('');
  said.mockRestore();
  await sandbox.close();
  expect(statuses).toEqual([500, 200]);
  expect(told).toMatch(/^The sandbox itself has failed at a call: TypeError\n {4}at /);
  expect(told).not.toContain('张三');
});
