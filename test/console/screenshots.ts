// Makes docs/images/: a call with a wrong signature in the console, in both languages. Needs a font that has Chinese.
import { mkdir } from 'node:fs/promises';
import chromium from '@sparticuz/chromium';
import { buildConsole } from '../../sandbox/build-console.ts';
import { EXAMPLES } from '../../sandbox/examples.ts';
import { startWechatPay } from '../../sandbox/server.ts';
import type { SignedCall } from '../../sandbox/told.ts';
import { launch } from '../support/console/browser.ts';
import { askControl } from '../support/sandbox/control-client.ts';
import { COMMON, exchange } from '../support/sandbox/test-client.ts';

const IMAGES = new URL('../../docs/images/', import.meta.url).pathname;
const MCHID = '1900000001';

const wechatpay = await startWechatPay({ consoleFolder: await buildConsole() });
const ask = async (path: string, body: object) =>
  (await askControl(wechatpay.url, 'POST', path, JSON.stringify(body))).json;

await ask('merchants', { mchid: MCHID });
for (const [target, body] of Object.entries(EXAMPLES))
  await send(await ask(`merchants/${MCHID}/sign`, { method: 'POST', target, body }));
const call: SignedCall = await ask(`merchants/${MCHID}/sign`, {
  method: 'POST',
  target: '/v3/security/echo',
  body: { echo_message: 'hello' },
});
await send({ ...call, body: '{"echo_message": "hello"}' });

const browser = await launch(await chromium.executablePath());
await mkdir(IMAGES, { recursive: true });
for (const locale of ['en', 'zh-CN']) {
  const page = await browser.newPage({
    locale,
    viewport: { width: 880, height: 500 },
    colorScheme: 'light',
  });
  await page.goto(`${wechatpay.url}/#/requests/${wechatpay.calls.length}`);
  await page.locator('.checks').waitFor();
  await page.screenshot({ path: `${IMAGES}console-${locale.toLowerCase()}.png` });
}
await browser.close();
await wechatpay.close();

function send({ method, target, headers, body }: SignedCall) {
  return exchange({
    url: wechatpay.url,
    method,
    path: target,
    headers: { ...COMMON, ...headers },
    body: Buffer.from(body),
  });
}
