import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startWechatPay, type WechatPaySandbox } from '../../../sandbox/server.ts';
import { askControl } from '../sandbox/control-client.ts';
import { builtConsole, openConsole, startBrowser } from './browser.ts';

type Using = Parameters<typeof openConsole>[2] & {
  /** What the browser complains of, in this order; all of it. Default: nothing. */
  readonly expected?: readonly string[];
};

export const MCHID = '1900000001';
export const PAYEE =
  '/v3/ecommerce/individual-contracts/pre-entrust-sign-with-real-name-identity/mini-program';

/** One browser for all tests of a file, and the pages of the console. */
export function useBrowser() {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await builtConsole();
    browser = await startBrowser();
  }, 600_000);
  afterAll(() => browser.close());

  return {
    get folder() {
      return folder;
    },
    /** Works in a window of its own on one of the views of the console at `url`. */
    async using(
      url: string,
      view: string,
      work: (page: Page) => Promise<void>,
      { expected = [], ...options }: Using = {},
    ): Promise<void> {
      const { page, errors, close } = await openConsole(browser, `${url}/#/${view}`, options);
      try {
        await page.getByText(/^(live|实时)$/).waitFor();
        await work(page);
        expect(errors).toEqual(expected.map((text) => expect.stringContaining(text)));
      } finally {
        await close();
      }
    },
  };
}

/** A sandbox with its console for each test of a file, and one browser for all of them. */
export function useConsole() {
  const browser = useBrowser();
  let wechatpay: WechatPaySandbox;
  beforeEach(async () => {
    wechatpay = await startWechatPay({ consoleFolder: browser.folder });
  });
  afterEach(() => wechatpay.close());

  const ask = (method: string, path: string, body?: object) =>
    askControl(wechatpay.url, method, path, body && JSON.stringify(body));

  return {
    get wechatpay() {
      return wechatpay;
    },
    ask,
    addMerchant: () => ask('POST', 'merchants', { mchid: MCHID }),
    using: (view: string, work: (page: Page) => Promise<void>, options: Using = {}) =>
      browser.using(wechatpay.url, view, work, options),
  };
}

/** In “Try it”: the example of an endpoint, sent by its button. */
export async function sendExample(page: Page, path: string): Promise<void> {
  await page.getByLabel('Endpoint').selectOption({ label: `POST ${path}` });
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('link', { name: 'See request' }).waitFor();
}
