// Makes the console's pages, unless they are there already and nothing has changed since. As a command: in the folder named,
// or in dist/console.
import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { keepFolder } from './keep-folder.ts';

const fileAt = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const ROOT = fileAt('console/');
/** The versions of the tools, and how they are used. Of the sandbox itself the pages take types alone. */
const AROUND = ['package.json', 'build-console.ts'];

async function fingerprint(): Promise<string> {
  const entries = await readdir(ROOT, { recursive: true, withFileTypes: true });
  const pages = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const hash = createHash('sha256');
  for (const path of [...pages.sort(), ...AROUND.map(fileAt)]) hash.update(path).update(await readFile(path));
  return hash.digest('hex');
}

async function build(folder: string): Promise<void> {
  // Whatever the caller's says, jest's included: Vite would keep it, and bundle Vue as it is for those who develop with it.
  process.env['NODE_ENV'] = 'production';
  const [{ build: bundle }, { default: vue }] = await Promise.all([
    import('vite'),
    import('@vitejs/plugin-vue'),
  ]);
  await bundle({
    configFile: false,
    root: ROOT,
    // A line break between two words is a space, as in HTML.
    plugins: [vue({ template: { compilerOptions: { whitespace: 'preserve' } } })],
    logLevel: 'warn',
    define: { __VUE_OPTIONS_API__: 'false' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      // As many browsers as know `light-dark()`.
      target: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: { polyfill: false },
      // The page's policy takes no data: URL.
      assetsInlineLimit: 0,
      // The same names each time: none is kept by a browser.
      rolldownOptions: { output: { entryFileNames: 'console.js', assetFileNames: '[name][extname]' } },
    },
  });
  // The minifier drops the notice that Vue's licence wants kept.
  await copyFile(new URL('LICENSE', import.meta.resolve('vue/package.json')), join(folder, 'vue.LICENSE'));
}

/** @returns the folder */
export async function buildConsole(folder = fileAt('dist/console')): Promise<string> {
  await keepFolder(folder, await fingerprint(), build);
  return folder;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildConsole(process.argv[2]);
