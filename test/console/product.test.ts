import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Endpoint } from '../../lib/endpoint.ts';
import type { ToldProductRequest } from '../../sandbox/product/told.ts';
import { barriersOf } from '../support/console/barriers.ts';
import { MCHID, PAYEE, useBrowser } from '../support/console/world.ts';
import { startProduct } from '../support/product.ts';
import { refreshLambda } from '../support/refresh.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import { bodyFor, eventually, loadEndpoints } from '../support/world.ts';

const browser = useBrowser();
let product: Awaited<ReturnType<typeof startProduct>>;
let payee: Endpoint;
beforeAll(async () => {
  ({ payee } = await loadEndpoints());
  product = await startProduct(MCHID, 'certificate', browser.folder);
}, 600_000);
afterAll(() => product.close());
beforeEach(() => ask('POST', 'reset'));

const ask = (method: string, path: string, body: object | string = '') =>
  askControl(
    product.stack.wechatpay.url,
    method,
    path,
    typeof body === 'string' ? body : JSON.stringify(body),
  );
const presign = (change: object = {}) => product.callApi('POST', PAYEE, bodyFor(payee, change));
const latest = async (): Promise<ToldProductRequest> => (await ask('GET', 'product/requests')).json[0];
const using = (view: string, work: (page: Page) => Promise<void>, expected: string[] = []) =>
  browser.using(product.stack.wechatpay.url, view, work, { expected });
/** In “Try it”, the example of an endpoint, to be sent that way. */
const prepare = async (page: Page, way: string): Promise<void> => {
  await page.getByLabel('Endpoint').selectOption({ label: `POST ${PAYEE}` });
  await page.getByLabel('Way').selectOption(way);
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  await page
    .getByRole('textbox', { name: 'out_contract_code' })
    .fill(`${bodyFor(payee)['out_contract_code']}`);
};
const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true }).click();

describe('a request that came through the product', () => {
  it('is shown with its steps: what came, was encrypted, signed, answered, verified and told', async () => {
    const body = bodyFor(payee);
    const { json } = await product.callApi('POST', PAYEE, body);
    const signed = product.stack.kms.calls.filter(({ operation }) => operation === 'Sign').slice(-2);
    await using('product', async (page) => {
      await page.getByRole('link', { name: new RegExp(`200 POST ${PAYEE}`) }).click();
      const article = page.getByRole('article');
      const steps = article.locator('.lines > li');
      await steps.last().getByText('The caller was answered').waitFor();
      const texts = await steps.allTextContents();
      const wanted = [
        'The caller’s request came',
        'Signed with the merchant’s key',
        'WeChat Pay got the call',
        'WeChat Pay answered 200',
        // What opens the signing page.
        'Signed with the merchant’s key',
        'The caller was answered 200',
      ];
      expect(texts.map((text) => text.replace(/\s+/g, ' '))).toEqual(
        wanted.map((text) => expect.stringContaining(text)),
      );
      const times = texts.map((text) => Number(/([\d.]+) ms/.exec(text)?.[1]));
      expect(times).toEqual([...times].sort((one, other) => one - other));
      // Each as KMS got it; and the first is what the call that came should have been signed with.
      const digests = await steps.locator('code:nth-of-type(2)').allTextContents();
      expect(digests).toEqual(signed.map(({ message }) => message?.toString('hex')));
      await steps.nth(1).getByText('That is the digest of the call that came.').waitFor();
      await steps.nth(4).getByText('It is a part of the answer.').waitFor();
      for (const name of ['real_name', 'cred_id'])
        await article.locator('.sealed').getByText(`${body[name]} by the product`).waitFor();
      const told = (label: string) => article.getByRole('region', { name: label }).textContent();
      expect(JSON.parse((await told('Body from the caller')) ?? '')).toEqual(body);
      expect(JSON.parse((await told('Body for the caller')) ?? '')).toEqual(json);
      expect(json).toMatchObject(JSON.parse((await told('Body of WeChat Pay’s answer')) ?? ''));
      const [certificate] = product.stack.wechatpay.platform.certificates;
      await article.getByText(`The signature holds with the key ${certificate?.serial}`).waitFor();
      await article
        .getByRole('region', { name: 'What the product logged' })
        .getByText('pre-sign succeeded')
        .waitFor();
      // From there to the call, and back.
      await steps.getByRole('link').click();
      await page.getByRole('link', { name: 'See the steps of the product’s request' }).click();
      await steps.first().waitFor();
      expect(await barriersOf(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    });
  });

  it('and was refused by it shows that nobody else was asked, and why at the field', async () => {
    await using('try', async (page) => {
      await prepare(page, 'product');
      const code = page.getByRole('textbox', { name: 'out_contract_code' });
      await code.fill('no blanks');
      await page.getByLabel('Send it even if').check();
      await send(page);
      await page.getByText('PARAM_ERROR').waitFor();
      const [detail] = [JSON.parse((await page.locator('.card pre').textContent()) ?? '').detail].flat();
      const at = await code.getAttribute('aria-describedby');
      expect(await page.locator(`[id="${at}"]`).textContent()).toBe(detail.issue);
      await page.getByRole('link', { name: 'See the steps' }).click();
      await page.getByText('WeChat Pay was not asked.').waitFor();
      expect(await page.locator('.lines > li').count()).toBe(2);
    });
    expect(product.stack.wechatpay.calls).toEqual([]);
  });

  it('as an event shows its outcome when it comes', async () => {
    await using('try', async (page) => {
      await prepare(page, 'event');
      await send(page);
      await page.getByRole('link', { name: 'See the steps' }).click();
      const steps = page.locator('.lines > li');
      await steps.getByText('The message was handed to the product').waitFor();
      await steps.last().getByText('The caller was answered').waitFor();
      await page.getByText('IndividualContractsPreEntrustSignSucceeded').waitFor();
    });
    const { way, id, status } = await latest();
    expect({ way, id, status }).toEqual({
      way: 'event',
      id: expect.stringMatching(/^console-/),
      status: 200,
    });
  });

  it.each(['product', 'event'])('is the same as a command, when it is sent by: %s', async (way) => {
    await using('try', async (page) => {
      await prepare(page, way);
      await page.getByRole('button', { name: 'Show it as curl' }).click();
      const command = await page.getByRole('region', { name: 'curl' }).locator('pre').textContent();
      await promisify(execFile)('sh', ['-c', `${command}`]);
    });
    await eventually(async () => (await latest())?.status === 200);
    expect((await latest()).way).toBe(way === 'event' ? 'event' : 'api');
  });
});

describe('a rotation of WeChat Pay’s keys in mid-traffic', () => {
  /** Three callers that never rest while `work` goes on. @returns each status that they saw */
  const underTraffic = async (work: (statuses: readonly number[]) => Promise<void>): Promise<number[]> => {
    const statuses: number[] = [];
    let isOver = false;
    const call = async (): Promise<void> => {
      while (!isOver) statuses.push((await presign()).status);
    };
    const callers = Promise.all([call(), call(), call()]);
    await work(statuses).finally(() => {
      isOver = true;
    });
    await callers;
    return statuses;
  };

  it('lets no call fail, and shows both keys', async () => {
    const { platform } = product.stack.wechatpay;
    const [old] = platform.certificates;
    let next: string | undefined;
    const keyOfLatest = () => product.stack.wechatpay.calls.at(-1)?.platformSerial;
    await using('keys', async (page) => {
      const statuses = await underTraffic(async (seen) => {
        await eventually(() => seen.length > 3);
        await page.getByRole('button', { name: 'Rotate' }).click();
        await page
          .getByRole('button', { name: /^Retire/ })
          .nth(1)
          .waitFor();
        next = platform.certificates.at(-1)?.serial;
        for (const serial of [old?.serial, next])
          await page.getByRole('cell', { name: `${serial}`, exact: true }).waitFor();
        // Who is warm goes on with the old key; who comes up knows the new one.
        await refreshLambda(product.stack.env(MCHID))();
        product.startCold();
        await eventually(() => keyOfLatest() === next);
      });
      expect(new Set(statuses)).toEqual(new Set([200]));
      for (const serial of [old?.serial, next]) {
        const call = product.stack.wechatpay.calls.find(
          ({ method, platformSerial }) => method === 'POST' && platformSerial === serial,
        );
        const { json } = await ask('GET', `calls/${call?.n}`);
        await page.goto(`${product.stack.wechatpay.url}/#/product/${json.product}`);
        await page.getByText(`The signature holds with the key ${serial}`).waitFor();
      }
    });
  });
});
