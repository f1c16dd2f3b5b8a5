import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { MCHID, PAYEE, sendExample, useConsole } from '../support/console/world.ts';
import { startReceiver } from '../support/sandbox/receiver.ts';
import { addTestMerchant, get } from '../support/sandbox/test-client.ts';

const world = useConsole();

describe('a form', () => {
  it('says at the field what is wrong with it: by the rules, then in WeChat Pay’s words', async () => {
    await world.addMerchant();
    await world.using(
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
        expect(world.wechatpay.calls).toEqual([]);
        await page.getByLabel('Send it even if').check();
        await page.getByRole('button', { name: 'Send', exact: true }).click();
        await page.getByText('PARAM_ERROR').waitFor();
        expect(await described()).toBe('has characters that are not allowed');
      },
      { expected: ['400 (Bad Request)'] },
    );
  });

  it('sends each example, which WeChat Pay takes, and decrypts', async () => {
    await world.addMerchant();
    await world.using('try', async (page) => {
      const options = page.getByLabel('Endpoint').locator('option');
      await options.first().waitFor({ state: 'attached' });
      const rows = await options.allTextContents();
      for (const label of rows.filter((row) => row.startsWith('POST') && !row.includes('{'))) {
        await sendExample(page, label.replace('POST ', ''));
        expect(await page.locator('.card .status').textContent()).toBe('200');
      }
      expect(world.wechatpay.calls.map(({ decrypted = {} }) => Object.keys(decrypted).length)).toEqual([
        3, 4, 2, 1,
      ]);
    });
  });
});

describe('faults, keys and contracts', () => {
  it('rotates keys and moves a merchant to another mode while calls go on', async () => {
    await world.addMerchant();
    await world.using('keys', async (page) => {
      await page.getByRole('button', { name: 'Rotate' }).click();
      await page
        .getByRole('button', { name: /^Retire/ })
        .nth(1)
        .waitFor();
      const [first] = world.wechatpay.platform.certificates;
      await page.getByRole('button', { name: `Retire ${first?.serial}` }).click();
      await page
        .getByText(first?.serial ?? '')
        .first()
        .waitFor({ state: 'detached' });
      const keyId = world.wechatpay.platform.publicKey(MCHID).id;
      await page.getByLabel('Keys of WeChat Pay').selectOption('public-key');
      await page.goto(`${world.wechatpay.url}/#/try`);
      await sendExample(page, PAYEE);
      expect(world.wechatpay.calls.at(-1)).toMatchObject({ status: 200, platformSerial: keyId });
    });
  });

  it('makes a merchant, and hands out its keys this once', async () => {
    await world.using(
      'keys',
      async (page) => {
        // The new merchant's card comes late, and reads something itself: what was said meanwhile must stay.
        const isSaid = Promise.withResolvers<void>();
        await page.route('**/__sandbox/merchants', async (route) => {
          if (route.request().method() === 'GET') await isSaid.promise;
          await route.continue();
        });
        await page.getByLabel('Merchant number').fill(MCHID);
        await page.getByRole('button', { name: 'Add a merchant' }).click();
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'apiclient_key.pem' }).click(),
        ]);
        expect(await readFile(await download.path(), 'utf8')).toContain('BEGIN PRIVATE KEY');
        await page.getByLabel('Merchant number').fill(MCHID);
        await page.getByRole('button', { name: 'Add a merchant' }).click();
        const said = page.getByRole('alert').getByText(`There is a merchant ${MCHID} already.`);
        await said.waitFor();
        isSaid.resolve();
        await page.getByRole('link', { name: 'pub_key.pem' }).waitFor();
        expect(await said.count()).toBe(1);
      },
      { expected: ['409 (Conflict)'] },
    );
  });

  it('lets the user sign, pause and end, and shows what the merchant is told of it', async () => {
    await world.addMerchant();
    const receiver = await startReceiver();
    world.wechatpay.setNotifyUrl(MCHID, receiver.url);
    await world.using('try', async (page) => {
      await sendExample(page, '/v3/vehicle/etc/preopen');
      await page.goto(`${world.wechatpay.url}/#/contracts`);
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
    await world.addMerchant();
    await world.using(
      'weather',
      async (page) => {
        await page.getByRole('button', { name: 'Next call only: 503' }).click();
        await page.getByText('waits for a call').waitFor();
        await page.goto(`${world.wechatpay.url}/#/try`);
        await sendExample(page, PAYEE);
        await sendExample(page, PAYEE);
        expect(world.wechatpay.calls.map(({ status }) => status)).toEqual([503, 200]);
      },
      { expected: ['503 (Service Unavailable)'] },
    );
  });

  it('sets WeChat Pay’s clock off and right again, and forgets everything', async () => {
    const merchant = await addTestMerchant(world.wechatpay, MCHID, 'both');
    const list = async () => (await get(world.wechatpay.url, merchant, '/v3/certificates')).status;
    await world.using('weather', async (page) => {
      await page.getByLabel('Seconds ahead').fill('-420');
      await page.getByRole('button', { name: 'Set the clock' }).click();
      await page.getByText('It is 420 s behind.').waitFor();
      expect(await list()).toBe(401);
      await page.goto(`${world.wechatpay.url}/#/requests/1`);
      await page.getByText('The caller’s clock is 4').waitFor();
      await page.goto(`${world.wechatpay.url}/#/weather`);
      await page.getByRole('button', { name: 'Put it right' }).click();
      await page.getByText('It is right.').waitFor();
      expect(await list()).toBe(200);
      await page.getByRole('button', { name: 'Next call only: 503' }).click();
      await page.getByText('waits for a call').waitFor();
      await page.getByRole('button', { name: 'Forget everything' }).click();
      await page.getByText('waits for a call').waitFor({ state: 'detached' });
      await page.goto(`${world.wechatpay.url}/#/requests`);
      await page.getByText('Nothing has come in yet').waitFor();
      expect(world.wechatpay.calls).toEqual([]);
    });
  });

  it('says in the reader’s language why something is not done', async () => {
    await world.addMerchant();
    await world.using(
      'keys',
      async (page) => {
        await page.getByLabel('商户号').fill(MCHID);
        await page.getByRole('button', { name: '新增商户' }).click();
        await page.getByRole('alert').getByText(`商户 ${MCHID} 已存在。`).waitFor();
      },
      { locale: 'zh-CN', expected: ['409 (Conflict)'] },
    );
  });
});
