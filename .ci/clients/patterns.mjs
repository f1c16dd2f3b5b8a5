// Prints every pattern of the generated documents with every example in them, one pair a line, and whether they match:
// pattern, TAB, text, TAB, true or false. What JavaScript says, the regex engines of other languages must say, too.
import { readdirSync, readFileSync } from 'node:fs';

const EVENTS = 'docs/events/';
const files = ['docs/openapi.json', ...readdirSync(EVENTS).map((file) => EVENTS + file)];

const patterns = new Set();
const texts = new Set(['', '张三', 'a b', '\u00e9', '\uff11', '6222021234567890128x', '13/27', 'aws.events']);

const collect = (node) => {
  if (typeof node === 'string') texts.add(node);
  if (typeof node !== 'object' || node === null) return;
  if (typeof node.pattern === 'string') patterns.add(node.pattern);
  for (const name of Object.keys(node.patternProperties ?? {})) patterns.add(name);
  for (const value of Object.values(node)) collect(value);
};
for (const file of files) collect(JSON.parse(readFileSync(file, 'utf8')));

if (patterns.size === 0)
  throw new Error('the documents hold no pattern: this script looks in the wrong place');
for (const pattern of patterns)
  for (const text of texts)
    process.stdout.write(
      `${pattern}\t${text.replaceAll(/\s/g, ' ')}\t${new RegExp(pattern).test(text.replaceAll(/\s/g, ' '))}\n`,
    );
