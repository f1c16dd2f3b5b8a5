import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { decryptApiV3Key } from '../../lib/merchants/api-v3-key.ts';
import { API_V3_KEY, addCompleteMerchant, MCHID, startWorld, type World } from '../support/cli-world.ts';

const NEXT = 'Canary4keyCanary4keyCanary4key32';
let world: World;
beforeAll(async () => {
  world = await startWorld();
  await addCompleteMerchant(world, MCHID, { mode: 'both' });
});
afterAll(() => world.close());

const set = (key: string) =>
  world.json(['set-api-v3-key', MCHID, '--key-file', '-', '--yes'], { input: key });
const stored = async () => {
  const item = await world.registry.readItem(MCHID);
  const open = async (sealed: Uint8Array | undefined) =>
    sealed && (await decryptApiV3Key(world.kmsClient, world.dataKeyArn, MCHID, sealed)).toString();
  return [await open(item?.api_v3_key), await open(item?.previous_api_v3_key)];
};

it('a replaced APIv3 key is kept until it is retired, and shown meanwhile', async () => {
  await set(API_V3_KEY);
  expect(await stored()).toEqual([API_V3_KEY, undefined]);
  await set(NEXT);
  expect(await stored()).toEqual([NEXT, API_V3_KEY]);
  // The same once more is no change, and must not push out the key before.
  await set(NEXT);
  expect(await stored()).toEqual([NEXT, API_V3_KEY]);
  expect((await world.run(['list'])).stdout).toContain('complete+previous');
  expect((await world.run(['check', MCHID])).stdout).toContain(
    `APIv3 key before the last is still there: retire ${MCHID}`,
  );

  expect(await world.run(['retire', MCHID])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('opens no notification any more'),
  });
  expect(await stored()).toEqual([NEXT, API_V3_KEY]);
  const { json } = await world.json(['retire', MCHID, '--yes']);
  expect(json).toMatchObject({ ok: true, changed: true, api_v3_key_retired: true });
  expect(json).not.toHaveProperty('retired');
  expect(await stored()).toEqual([NEXT, undefined]);
  expect((await world.json(['retire', MCHID])).json).toMatchObject({ changed: false });
});
