import { describe, expect, it } from '@jest/globals';
import { barriersOf } from '../support/console/barriers.ts';
import { useConsole } from '../support/console/world.ts';
import { COMMON, exchange } from '../support/sandbox/test-client.ts';

const VIEWS = ['requests', 'try', 'weather', 'keys', 'contracts', 'reference'];
const world = useConsole();

describe('the pages', () => {
  it.each(['light', 'dark'] as const)('open, and keep nobody out: %s, on a phone', async (colorScheme) => {
    await world.addMerchant();
    await exchange({
      url: world.wechatpay.url,
      method: 'GET',
      path: '/v3/certificates',
      headers: COMMON,
      body: Buffer.alloc(0),
    });
    const options = { colorScheme, viewport: { width: 360, height: 740 } };
    await world.using(
      'requests',
      async (page) => {
        for (const view of [...VIEWS, 'requests/1']) {
          await page.goto(`${world.wechatpay.url}/#/${view}`);
          await page.locator(view === 'requests/1' ? '.checks' : 'main h1').waitFor();
          expect(await barriersOf(page)).toEqual([]);
          // Nothing to scroll sideways for.
          const width = await page.evaluate('document.documentElement.scrollWidth');
          expect({ view, width }).toEqual({ view, width: 360 });
        }
      },
      options,
    );
  });

  it('speak the browser’s language until another is chosen, which is remembered', async () => {
    const chinese = { locale: 'zh-CN' };
    await world.using(
      'requests',
      async (page) => {
        expect(await page.locator('h1').textContent()).toBe('请求');
        await page.getByRole('button', { name: 'English' }).click();
        expect(await page.locator('h1').textContent()).toBe('Requests');
        await page.reload();
        expect(await page.locator('h1').textContent()).toBe('Requests');
        expect(await page.evaluate('document.documentElement.lang')).toBe('en');
      },
      chinese,
    );
  });

  it('can be used by keyboard alone', async () => {
    await world.addMerchant();
    await world.using('requests', async (page) => {
      const press = async (key: string, times = 1) => {
        for (let n = 0; n < times; n += 1) await page.keyboard.press(key);
      };
      const focused = () => page.evaluate('document.activeElement.textContent.trim()');
      await press('Tab');
      expect(await focused()).toBe('Skip to the content');
      await press('Enter');
      expect(await focused()).toBe('Requests');
      // No product runs here, and none is offered.
      expect(await page.getByRole('link', { name: 'Product' }).count()).toBe(0);
      await press('Shift+Tab', 2);
      // Back over the language: the last of the views.
      expect(await focused()).toBe('API reference');
      await press('Shift+Tab', 3);
      await press('Enter');
      await page.getByRole('switch').first().waitFor();
      expect(await focused()).toBe('Weather');
      await press('Tab', 1);
      await press('Space');
      await page.getByRole('switch', { checked: true }).waitFor();
      expect((await world.ask('GET', 'faults')).json).toEqual([{ kind: 'latency', ms: 3_000, left: null }]);
    });
  });

  it('are shown to this machine alone, and can neither load nor run anything of others', async () => {
    const answer = await exchange({
      url: world.wechatpay.url,
      method: 'GET',
      path: '/',
      headers: { Host: 'evil.example' },
      body: Buffer.alloc(0),
    });
    expect(answer.status).toBe(403);
    const attempt = `new Promise((resolve) => {
      const image = document.createElement('img');
      image.addEventListener('error', () => {
        try {
          document.body.innerHTML = '<b>text</b>';
          resolve('let in');
        } catch {
          resolve('kept out');
        }
      });
      image.src = 'http://127.0.0.1:9/x.png';
    })`;
    await world.using(
      'requests',
      async (page) => {
        expect(await page.evaluate(attempt)).toBe('kept out');
      },
      { expected: ['img-src', 'TrustedHTML'] },
    );
  });
});
