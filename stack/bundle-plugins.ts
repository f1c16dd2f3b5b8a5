import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import ts from 'typescript';

/** `{ description: …, examples: […] }`, as lib/schema.ts takes it. */
const isMeta = (node: ts.Node): boolean =>
  ts.isObjectLiteralExpression(node) && node.properties.some(({ name }) => name?.getText() === 'examples');

/** The text with `{}` for what schemas say about themselves; blanks keep the lines where they were. */
export const withoutMeta = (path: string, text: string): string => {
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

// biome-ignore lint/style/noDefaultExport: serverless-esbuild takes nothing else.
export default [dropMeta];
