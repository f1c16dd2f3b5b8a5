import { readFile } from 'node:fs/promises';
import { parse } from 'node:path';
import type { Plugin } from 'esbuild';
import ts from 'typescript';

/** `{ description: …, examples: […] }`, as lib/schema.ts takes it. */
const isMeta = (node: ts.Node): boolean =>
  ts.isObjectLiteralExpression(node) && node.properties.some(({ name }) => name?.getText() === 'examples');

/** The text with `{}` for what schemas say about themselves; blanks keep the lines where they were. */
export const withoutMeta = (path: string, text: string): string => {
  // Parsing takes its time, and each function's bundle asks for each file anew.
  if (!text.includes('examples')) return text;
  const found: [start: number, end: number][] = [];
  const visit = (node: ts.Node): void => {
    if (isMeta(node)) found.push([node.getStart(), node.getEnd()]);
    else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  const blank = (start: number, end: number) => `{}${text.slice(start + 2, end).replace(/[^\n]/g, ' ')}`;
  return found.reduceRight(
    (left, [start, end]) => left.slice(0, start) + blank(start, end) + left.slice(end),
    text,
  );
};

/**
 * Descriptions and examples, an invented person's name and ID number among them, are for documents and tests. A
 * Lambda has no business with them.
 */
const dropMeta: Plugin = {
  name: 'drop-meta',
  setup: (build) => {
    build.onLoad({ filter: /[\\/](?:functions|lib)[\\/](?:events[\\/])?[^\\/]+\.ts$/ }, async ({ path }) => ({
      contents: withoutMeta(path, await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
};

/** The source of a module with the exports `names` of a built-in one, each read when something uses it, and not before. */
const builtinSource = (path: string, names: readonly string[]): string => {
  const one = (name: string, at: number): string =>
    `const $${at} = /* @__PURE__ */ (() => builtin.${name})();export { $${at} as ${name} };`;
  return `const builtin = process.getBuiltinModule("${path}");export default builtin;${names.map(one).join('')}`;
};

/**
 * Whoever imports a built-in module makes Node read all its exports, getters too. That of `WebSocket` in `node:http`
 * loads undici: a third of a start. Here esbuild drops what nobody uses; of a module imported as a whole, getters.
 */
const readUsedExports: Plugin = {
  name: 'read-used-exports',
  setup: (build) => {
    const namesIn = (path: string, wanted: (property: PropertyDescriptor) => boolean): string[] =>
      Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(path) as object))
        .filter(([name, property]) => /^[A-Za-z]\w*$/.test(name) && name !== 'default' && wanted(property))
        .map(([name]) => name);
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) => ({
      path,
      namespace: kind === 'dynamic-import' ? 'builtin-as-a-whole' : 'builtin',
    }));
    build.onLoad({ filter: /^/, namespace: 'builtin' }, ({ path }) => ({
      contents: builtinSource(
        path,
        namesIn(path, () => true),
      ),
    }));
    build.onLoad({ filter: /^/, namespace: 'builtin-as-a-whole' }, ({ path }) => ({
      contents: builtinSource(
        path,
        namesIn(path, ({ get }) => get === undefined),
      ),
    }));
  },
};

/** What the AWS SDK holds ready for browsers and for streams of events: no call of ours gets there. */
const UNREACHED = /^(?:bowser|@smithy\/core\/event-streams)$/;

/** SHA-256 for where Node was built without OpenSSL: our own code could not work there either. */
const FALLBACK = /@smithy[\\/]core[\\/].*[\\/]Sha256Js\.js$/;

/** Of its own manifest it wants the version alone. */
const leaveOut: Plugin = {
  name: 'leave-out',
  setup: (build) => {
    build.onResolve({ filter: UNREACHED }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
    build.onLoad({ filter: FALLBACK }, () => ({ contents: 'export const Sha256Js = undefined;' }));
    build.onLoad({ filter: /@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** The chunks of a function begin with its name: serverless-esbuild packs such files with that function alone. */
const nameChunks: Plugin = {
  name: 'name-chunks',
  setup: ({ initialOptions }) => {
    const [entry] = initialOptions.entryPoints as string[];
    initialOptions.chunkNames = `${parse(entry ?? '').name}.[name]-[hash]`;
  },
};

// biome-ignore lint/style/noDefaultExport: serverless-esbuild takes nothing else.
export default [dropMeta, readUsedExports, leaveOut, nameChunks];
