// Writes the program below the heading of a recipe in docs/sdks.md: `extract.mjs HEADING FILE`.
import { readFileSync, writeFileSync } from 'node:fs';

const [, , heading, file] = process.argv;
const page = readFileSync(new URL('../../docs/sdks.md', import.meta.url), 'utf8');
const section = page.split(/^### /m).find((text) => text.startsWith(`${heading}\n`));
const [, program] = /```\w+\n(.*?)```/s.exec(section ?? '') ?? [];
if (program === undefined) throw new Error(`docs/sdks.md has no recipe "${heading}"`);
writeFileSync(file, program);
