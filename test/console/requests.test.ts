import { describe, expect, it } from '@jest/globals';
import { MCHID, useConsole } from '../support/console/world.ts';
import {
  addTestMerchant,
  authorizationHeader,
  authorizationItems,
  COMMON,
  exchange,
  get,
} from '../support/sandbox/test-client.ts';

const world = useConsole();

describe('requests', () => {
  it('appear while they come, and are found by what is in them', async () => {
    const merchant = await addTestMerchant(world.wechatpay, MCHID, 'both');
    await world.using('requests', async (page) => {
      await page.getByText('Nothing has come in yet').waitFor();
      await get(world.wechatpay.url, merchant, '/v3/certificates');
      await page.getByRole('link', { name: /200 GET \/v3\/certificates/ }).waitFor();
      await get(world.wechatpay.url, merchant, '/v3/other');
      await page.getByRole('link', { name: /404 GET \/v3\/other/ }).waitFor();
      await page.getByLabel('Filter').fill('other 404');
      await page.getByText('1 of 2 requests').waitFor();
      expect(await page.locator('.calls a').count()).toBe(1);
    });
  });

  it('tell what is wrong with a signature', async () => {
    const merchant = await addTestMerchant(world.wechatpay, MCHID, 'both');
    const path = '/v3/certificates';
    const items = authorizationItems(merchant, { method: 'GET', path: `${path}?` });
    const headers = { ...COMMON, Authorization: authorizationHeader(items) };
    await exchange({
      url: world.wechatpay.url,
      method: 'GET',
      path: `${path}?algorithm_type=RSA`,
      headers,
      body: Buffer.alloc(0),
    });
    const [{ findings }] = (await world.ask('GET', 'calls')).json;
    await world.using('requests/1', async (page) => {
      for (const { texts } of findings) await page.locator('.findings').getByText(texts.en).waitFor();
      expect(await page.locator('.checks .failed').allTextContents()).toEqual([
        expect.stringContaining('Signature'),
      ]);
      const lines = await page.locator('.lines').first().locator('code').allTextContents();
      expect(lines).toEqual(
        ['GET', `${path}?algorithm_type=RSA`, items.timestamp, items.nonce_str, ''].map(
          (line) => `${line}\\n`,
        ),
      );
      await page.getByText(items.signature, { exact: true }).waitFor();
      await page.getByRole('button', { name: '中文' }).click();
      for (const { texts } of findings) await page.locator('.findings').getByText(texts['zh-CN']).waitFor();
    });
  });

  it('are shown as text, whatever they hold', async () => {
    const html = '<img src=x onerror=alert(1)>';
    const headers = { ...COMMON, Authorization: html, 'X-Html': html };
    await exchange({
      url: world.wechatpay.url,
      method: 'POST',
      path: '/v3/<b>',
      headers,
      body: Buffer.from(html),
    });
    await world.using('requests/1', async (page) => {
      expect(await page.locator('pre').first().textContent()).toBe(html);
      expect(await page.locator('main img, main b').count()).toBe(0);
    });
  });

  it('stay usable when there are a thousand of them', async () => {
    const merchant = await addTestMerchant(world.wechatpay, MCHID, 'both');
    for (let n = 0; n < 1_000; n += 1)
      await exchange({
        url: world.wechatpay.url,
        method: 'GET',
        path: `/v3/n/${n}`,
        headers: {},
        body: Buffer.alloc(0),
      });
    await world.using('requests', async (page) => {
      await page.getByText('1000 requests').waitFor();
      await get(world.wechatpay.url, merchant, '/v3/certificates');
      await page.getByRole('link', { name: '#1001 200 GET /v3/certificates' }).waitFor();
      // The oldest one has gone, as it has from the sandbox.
      expect(await page.locator('.calls a').count()).toBe(1_000);
      await page.getByLabel('Filter').fill('/v3/n/77');
      await page.getByText('11 of 1000 requests').waitFor();
      await page.getByRole('link', { name: '#778 ' }).click();
      await page.getByRole('heading', { name: '#778 GET /v3/n/777' }).waitFor();
    });
  });
});
