import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import { builtConsole, openConsole, startBrowser } from '../support/console/browser.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import { startReceiver } from '../support/sandbox/receiver.ts';
import {
  addTestMerchant,
  authorizationHeader,
  authorizationItems,
  COMMON,
  exchange,
  get,
} from '../support/sandbox/test-client.ts';

const MCHID = '1900000001';
const VIEWS = ['requests', 'try', 'weather', 'keys', 'contracts', 'reference'];
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let folder: string;
let wechatpay: WechatPaySandbox;
beforeAll(async () => {
  folder = await builtConsole();
  browser = await startBrowser();
}, 120_000);
afterAll(() => browser.close());
beforeEach(async () => {
  wechatpay = await startWechatPay({ consoleFolder: folder });
});
afterEach(() => wechatpay.close());

const ask = (method: string, path: string, body?: object) =>
  askControl(wechatpay.url, method, path, body && JSON.stringify(body));
const addMerchant = () => ask('POST', 'merchants', { mchid: MCHID });

type Opening = Parameters<typeof openConsole>[2];
/** Works in a window on one of the views; the browser must complain of nothing but what is `expected`. */
async function using(
  view: string,
  work: (page: Page) => Promise<void>,
  { expected = [], ...options }: Opening & { expected?: string[] } = {},
) {
  const { page, errors, close } = await openConsole(browser, `${wechatpay.url}/#/${view}`, options);
  try {
    await page.getByText(/^(live|实时)$/).waitFor();
    await work(page);
    expect(errors).toEqual(expected.map((text) => expect.stringContaining(text)));
  } finally {
    await close();
  }
}

/** What axe finds that keeps people out. */
async function barriersOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

/** A pre-sign of an individual payee by hand, from the form's example. */
async function sendPayee(page: Page) {
  await page.getByLabel('Endpoint').selectOption({ label: `POST ${PAYEE}` });
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('link', { name: 'See request' }).waitFor();
}
const PAYEE = '/v3/ecommerce/individual-contracts/pre-entrust-sign-with-real-name-identity/mini-program';

describe('the pages', () => {
  it.each(['light', 'dark'] as const)('open, and keep nobody out: %s, on a phone', async (colorScheme) => {
    await addMerchant();
    await exchange({
      url: wechatpay.url,
      method: 'GET',
      path: '/v3/certificates',
      headers: COMMON,
      body: Buffer.alloc(0),
    });
    const options = { colorScheme, viewport: { width: 360, height: 740 } };
    await using(
      'requests',
      async (page) => {
        for (const view of [...VIEWS, 'requests/1']) {
          await page.goto(`${wechatpay.url}/#/${view}`);
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
    await using(
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
    await addMerchant();
    await using('requests', async (page) => {
      const press = async (key: string, times = 1) => {
        for (let n = 0; n < times; n += 1) await page.keyboard.press(key);
      };
      const focused = () => page.evaluate('document.activeElement.textContent.trim()');
      await press('Tab');
      expect(await focused()).toBe('Skip to the content');
      await press('Enter');
      expect(await focused()).toBe('Requests');
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
      expect((await ask('GET', 'faults')).json).toEqual([{ kind: 'latency', ms: 3_000, left: null }]);
    });
  });

  it('are shown to this machine alone, and can neither load nor run anything of others', async () => {
    const answer = await exchange({
      url: wechatpay.url,
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
    await using(
      'requests',
      async (page) => {
        expect(await page.evaluate(attempt)).toBe('kept out');
      },
      { expected: ['img-src', 'TrustedHTML'] },
    );
  });
});

describe('requests', () => {
  it('appear while they come, and are found by what is in them', async () => {
    const merchant = await addTestMerchant(wechatpay, MCHID, 'both');
    await using('requests', async (page) => {
      await page.getByText('Nothing has come in yet').waitFor();
      await get(wechatpay.url, merchant, '/v3/certificates');
      await page.getByRole('link', { name: /200 GET \/v3\/certificates/ }).waitFor();
      await get(wechatpay.url, merchant, '/v3/other');
      await page.getByRole('link', { name: /404 GET \/v3\/other/ }).waitFor();
      await page.getByLabel('Filter').fill('other 404');
      await page.getByText('1 of 2 requests').waitFor();
      expect(await page.locator('.calls a').count()).toBe(1);
    });
  });

  it('tell what is wrong with a signature', async () => {
    const merchant = await addTestMerchant(wechatpay, MCHID, 'both');
    const path = '/v3/certificates';
    const items = authorizationItems(merchant, { method: 'GET', path: `${path}?` });
    const headers = { ...COMMON, Authorization: authorizationHeader(items) };
    await exchange({
      url: wechatpay.url,
      method: 'GET',
      path: `${path}?algorithm_type=RSA`,
      headers,
      body: Buffer.alloc(0),
    });
    const [{ findings }] = (await ask('GET', 'calls')).json;
    await using('requests/1', async (page) => {
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
    await exchange({ url: wechatpay.url, method: 'POST', path: '/v3/<b>', headers, body: Buffer.from(html) });
    await using('requests/1', async (page) => {
      expect(await page.locator('pre').first().textContent()).toBe(html);
      expect(await page.locator('main img, main b').count()).toBe(0);
    });
  });

  it('stay usable when there are a thousand of them', async () => {
    const merchant = await addTestMerchant(wechatpay, MCHID, 'both');
    for (let n = 0; n < 1_000; n += 1)
      await exchange({
        url: wechatpay.url,
        method: 'GET',
        path: `/v3/n/${n}`,
        headers: {},
        body: Buffer.alloc(0),
      });
    await using('requests', async (page) => {
      await page.getByText('1000 requests').waitFor();
      await get(wechatpay.url, merchant, '/v3/certificates');
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

describe('a form', () => {
  it('says at the field what is wrong with it: by the rules, then in WeChat Pay’s words', async () => {
    await addMerchant();
    await using(
      'try',
      async (page) => {
        await page.getByLabel('Endpoint').selectOption({ label: `POST ${PAYEE}` });
        await page.getByRole('button', { name: 'Fill in an example' }).click();
        const code = page.getByRole('textbox', { name: 'out_contract_code' });
        await code.fill('no blanks');
        await page.getByRole('button', { name: 'Send', exact: true }).click();
        await page.getByText('One field is not right.').waitFor();
        const described = async () =>
          page.locator(`[id="${await code.getAttribute('aria-describedby')}"]`).textContent();
        expect(await described()).toBe('This has characters that are not allowed.');
        expect(await page.evaluate('document.activeElement.id')).toBe(await code.getAttribute('id'));
        expect(wechatpay.calls).toEqual([]);
        await page.getByLabel('Send it even if').check();
        await page.getByRole('button', { name: 'Send', exact: true }).click();
        await page.getByText('PARAM_ERROR').waitFor();
        expect(await described()).toBe('has characters that are not allowed');
      },
      { expected: ['400 (Bad Request)'] },
    );
  });

  it('sends each example, which WeChat Pay takes, and decrypts', async () => {
    await addMerchant();
    await using('try', async (page) => {
      const rows = await page.getByLabel('Endpoint').locator('option').allTextContents();
      for (const label of rows.filter((row) => row.startsWith('POST') && !row.includes('{'))) {
        await page.getByLabel('Endpoint').selectOption({ label });
        await page.getByRole('button', { name: 'Fill in an example' }).click();
        await page.getByRole('button', { name: 'Send', exact: true }).click();
        await page.getByRole('link', { name: 'See request' }).waitFor();
        expect(await page.locator('.card .status').textContent()).toBe('200');
      }
      expect(wechatpay.calls.map(({ decrypted = {} }) => Object.keys(decrypted).length)).toEqual([
        3, 4, 2, 1,
      ]);
    });
  });
});

describe('faults, keys and contracts', () => {
  it('rotates keys and moves a merchant to another mode while calls go on', async () => {
    await addMerchant();
    await using('keys', async (page) => {
      await page.getByRole('button', { name: 'Rotate' }).click();
      await page
        .getByRole('button', { name: /^Retire/ })
        .nth(1)
        .waitFor();
      const [first] = wechatpay.platform.certificates;
      await page.getByRole('button', { name: `Retire ${first?.serial}` }).click();
      await page
        .getByText(first?.serial ?? '')
        .first()
        .waitFor({ state: 'detached' });
      const keyId = wechatpay.platform.publicKey(MCHID).id;
      await page.getByLabel('Keys of WeChat Pay').selectOption('public-key');
      await page.goto(`${wechatpay.url}/#/try`);
      await sendPayee(page);
      expect(wechatpay.calls.at(-1)).toMatchObject({ status: 200, platformSerial: keyId });
    });
  });

  it('makes a merchant, and hands out its keys this once', async () => {
    await using(
      'keys',
      async (page) => {
        await page.getByLabel('Merchant number').fill(MCHID);
        await page.getByRole('button', { name: 'Add a merchant' }).click();
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'apiclient_key.pem' }).click(),
        ]);
        expect(await readFile(await download.path(), 'utf8')).toContain('BEGIN PRIVATE KEY');
        await page.getByLabel('Merchant number').fill(MCHID);
        await page.getByRole('button', { name: 'Add a merchant' }).click();
        await page.getByRole('alert').getByText(`There is a merchant ${MCHID} already.`).waitFor();
      },
      { expected: ['409 (Conflict)'] },
    );
  });

  it('lets the user sign, pause and end, and shows what the merchant is told of it', async () => {
    await addMerchant();
    const receiver = await startReceiver();
    wechatpay.setNotifyUrl(MCHID, receiver.url);
    await using('try', async (page) => {
      await page.getByRole('button', { name: 'Fill in an example' }).click();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByRole('link', { name: 'See request' }).waitFor();
      await page.goto(`${wechatpay.url}/#/contracts`);
      await page.getByRole('button', { name: /^Sign/ }).click();
      await page.getByText('delivered').first().waitFor();
      await page.getByRole('button', { name: /^End/ }).click();
      await page.getByRole('button', { name: /^End/ }).waitFor({ state: 'detached' });
      await page.getByText('delivered').nth(1).waitFor();
      expect(receiver.received).toHaveLength(2);
    });
    await receiver.close();
  });

  it('lets the next call alone fail', async () => {
    await addMerchant();
    await using(
      'weather',
      async (page) => {
        await page.getByRole('button', { name: 'Next call only: 503' }).click();
        await page.getByText('waits for a call').waitFor();
        await page.goto(`${wechatpay.url}/#/try`);
        await sendPayee(page);
        await sendPayee(page);
        expect(wechatpay.calls.map(({ status }) => status)).toEqual([503, 200]);
      },
      { expected: ['503 (Service Unavailable)'] },
    );
  });
});
