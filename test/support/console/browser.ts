import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium as playwright } from 'playwright-core';
import { oncePerRun } from '../once.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;

/** The pages, built once in a test run. @returns their folder */
export const builtConsole = (): Promise<string> =>
  oncePerRun('the console', async (folder) => {
    // Vite does not run inside jest.
    const args = [join(ROOT, 'sandbox/build-console.ts'), folder];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  });

/** Not with the package's own flags, which are for Lambda and switch security off. */
export const launch = (executablePath: string): Promise<Browser> =>
  playwright.launch({ executablePath, args: ['--headless=shell', '--no-zygote', '--disable-gpu'] });

/** Chromium as npm brings it: it unpacks itself. */
export async function startBrowser(): Promise<Browser> {
  const folder = await oncePerRun('chromium', async (at) =>
    writeFile(join(at, 'path'), await chromium.executablePath()),
  );
  const executablePath = await readFile(join(folder, 'path'), 'utf8');
  return launch(executablePath);
}

/** The console in a window of its own. `errors` is what the browser complained of, refused content included. */
export async function openConsole(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(`${error}`));
  await page.goto(url);
  return { page, errors, close: () => context.close() };
}
