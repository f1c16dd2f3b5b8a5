import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { blocks } from '../support/docs/page.ts';
import { ACCOUNT, createResolver, type Partition, REGIONS } from '../support/iam/resolve.ts';
import { packagedTemplate, type Template } from '../support/template/packaged.ts';
import { DOCUMENTS, type Place, type Row, STACK } from '../support/template/partition-table.ts';

/** A string, where it stands. */
type Leaf = readonly [path: readonly string[], text: string];

/** Intrinsic functions as far as partition and Region go; what else they refer to is put in angle brackets. */
const spell = (value: unknown, pseudo: (name: string) => string): unknown => {
  const ref = (id: string) => (id.startsWith('AWS::') ? pseudo(id) : `<${id}>`);
  if (Array.isArray(value)) return value.map((item) => spell(item, pseudo));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, of] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && name === 'Ref') return ref(String(of));
  if (others.length === 0 && name === 'Fn::GetAtt') return `<${String(of)}>`;
  if (others.length === 0 && name === 'Fn::Sub')
    return String(of).replaceAll(/\$\{([^}]+)\}/g, (_, id: string) => ref(id));
  if (others.length === 0 && name === 'Fn::Join') {
    const [separator, parts] = of as [string, unknown[]];
    return parts.map((part) => spell(part, pseudo)).join(separator);
  }
  if (name.startsWith('Fn::')) throw new Error(`unknown intrinsic function ${name}`);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spell(inner, pseudo)]));
};

const leavesOf = (value: unknown, path: readonly string[] = []): Leaf[] => {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  // Keys are looked at as well: they could name a host or an ARN.
  return Object.entries(value).flatMap(([key, inner]) => [
    [[...path, 'key'], key] as const,
    ...leavesOf(inner, [...path, key]),
  ]);
};

const placeOf = ([path, text]: Leaf, found: string): Place => {
  if (found.startsWith('arn:')) return 'ARN';
  if (path.includes('kms:ViaService')) return 'kms:ViaService';
  return path.includes('Principal') || text.includes(':role/aws-service-role/') ? 'principal' : 'host';
};

/** An ARN as far as it can differ; a host's or principal's name; whatever else betrays where it is. */
const TELLING = new RegExp(
  [
    'arn:[^:\\s"]*:[^:\\s"]*:[^:\\s"]*:[^:\\s"]*:',
    '(?:[\\w*-]+\\.)*(?:amazonaws|amazonwebservices|amazon|aws)\\.(?:com|cn|dev)[\\w.-]*',
    'aws-cn|aws-us-gov',
  ].join('|'),
  'g',
);

/** What a text says that differs by partition, with the Region and the account taken out. */
const told = (leaf: Leaf, partition: Partition): string[] =>
  [...leaf[1].matchAll(TELLING)].map(([found]) => {
    const general = found.replaceAll(REGIONS[partition], 'REGION').replaceAll(ACCOUNT, 'ACCOUNT');
    const name = general.replace(/^<\w+>\./, '');
    return `${placeOf(leaf, found)} ${name}`;
  });

const rowsIn = (partition: Partition, rows: readonly Row[]) =>
  rows.map((row) => `${row.place} ${row[partition]}`);

const PARTITIONS: readonly Partition[] = ['aws', 'aws-cn'];
const templates = Object.fromEntries(
  await Promise.all(
    PARTITIONS.map(async (partition) => [partition, await packagedTemplate(REGIONS[partition])] as const),
  ),
) as Record<Partition, Template>;

const spelled = (partition: Partition) => {
  const { Resources, Outputs } = templates[partition];
  const { pseudo } = createResolver(Resources, partition);
  return spell({ Resources, Outputs }, pseudo) as object;
};

describe.each(PARTITIONS)('the stack in the partition %s', (partition) => {
  const all = new Set(leavesOf(spelled(partition)).flatMap((leaf) => told(leaf, partition)));

  it('says nothing that depends on the partition but what is in the table, and all that is in it', () => {
    expect([...all].sort()).toEqual([...new Set(rowsIn(partition, STACK))].sort());
  });
});

it('is the same stack in both partitions, but for that and the Region’s name', () => {
  const general = (partition: Partition): string => {
    const text = JSON.stringify(spelled(partition)).replaceAll(REGIONS[partition], 'REGION');
    const timed = text.replaceAll(/serverless\/[^/]+\/prod\/[^/]+\//g, '');
    return [...STACK.entries()].reduce(
      (left, [n, row]) => left.replaceAll(row[partition].replace('ACCOUNT', ACCOUNT), `#${n}`),
      timed,
    );
  };
  const sorted = (text: string) =>
    leavesOf(JSON.parse(text))
      .map(([path, leaf]) => [...path, leaf].join(' '))
      .sort();
  expect(sorted(general('aws-cn'))).toEqual(sorted(general('aws')));
});

it('has a page for every row', () => {
  for (const { page } of [...STACK, ...DOCUMENTS]) expect(page).toMatch(/^https:\/\/\S+$/);
});

describe('the policies in documents, written for the China Regions,', () => {
  it('spell nothing otherwise', async () => {
    const docs = new URL('../../docs/', import.meta.url);
    const pages = (await readdir(docs, { recursive: true })).filter((name) => name.endsWith('.md'));
    const texts = await Promise.all(pages.map((name) => readFile(new URL(name, docs), 'utf8')));
    const leaves = texts
      .flatMap((text) => blocks(text, 'json'))
      .flatMap((json) => leavesOf(JSON.parse(json.replaceAll('…', ''))));
    const known = rowsIn('aws-cn', [...STACK, ...DOCUMENTS]);
    const found = leaves.flatMap((leaf) => told(leaf, 'aws-cn'));
    expect(found).not.toEqual([]);
    expect(found.filter((each) => !known.includes(each))).toEqual([]);
  });
});
