import { readFile } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { SourceMap } from 'node:module';

/** What the time of a load, or of a request, is spent on. */
export const PARTS = [
  'compiling the bundle',
  'modules of Node',
  'AWS SDK',
  'zod',
  'Powertools',
  'middy',
  'this project',
  'RSA',
  'rest of Node',
  'garbage, V8',
] as const;
export type Part = (typeof PARTS)[number];
/** Milliseconds. */
export type Times = Record<Part, number>;

const PACKAGES: readonly (readonly [RegExp, Part])[] = [
  [/node_modules\/@(?:aws-sdk|smithy|aws)\//, 'AWS SDK'],
  [/node_modules\/zod\//, 'zod'],
  [/node_modules\/@aws-lambda-powertools\//, 'Powertools'],
  [/node_modules\/@middy\//, 'middy'],
];
/** Functions of Node's that tell by their name what they are for, whoever called them. */
const BY_NAME: readonly (readonly [RegExp, Part])[] = [
  [/^compileSourceTextModule$/, 'compiling the bundle'],
  [/^compileForInternalLoader$/, 'modules of Node'],
  [/^(?:publicEncrypt|verifyOneShot|signOneShot|rsaPublic)$/, 'RSA'],
];
/** Waiting, and the profiler itself. */
const isSpent = ({ functionName, url }: Frame['callFrame']): boolean =>
  functionName !== '(idle)' && functionName !== '(root)' && url !== 'node:inspector';

type Frame = Profiler.ProfileNode & { parent?: Frame };

const matching = (rules: readonly (readonly [RegExp, Part])[], text: string): Part | undefined =>
  rules.find(([pattern]) => pattern.test(text))?.[1];

/** The maps of a bundle's files, which lie beside them. */
const createSourceOf = async (files: readonly string[]) => {
  const read = async (file: string) =>
    [`file://${file}`, new SourceMap(JSON.parse(await readFile(`${file}.map`, 'utf8')))] as const;
  const maps = new Map<string, SourceMap>(await Promise.all(files.map(read)));
  return ({ url, lineNumber, columnNumber }: Frame['callFrame']): string | undefined => {
    const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
    return entry && ('originalSource' in entry ? entry.originalSource : 'the bundle');
  };
};

const framesOf = (profile: Profiler.Profile): Map<number, Frame> => {
  const frames = new Map(profile.nodes.map((node): [number, Frame] => [node.id, { ...node }]));
  for (const frame of frames.values())
    for (const child of frame.children ?? []) {
      const found = frames.get(child);
      if (found) found.parent = frame;
    }
  return frames;
};

/** @returns what tells the part of a frame: its own name, or that of whoever called it. */
export const createAttribution = async (files: readonly string[]) => {
  const sourceOf = await createSourceOf(files);
  const partOf = (leaf: Frame): Part => {
    if (/^\((?:garbage collector|program)\)$/.test(leaf.callFrame.functionName)) return 'garbage, V8';
    for (let frame: Frame | undefined = leaf; frame; frame = frame.parent) {
      const { callFrame } = frame;
      const named = !callFrame.url.startsWith('file:') && matching(BY_NAME, callFrame.functionName);
      if (named) return named;
      const source = sourceOf(callFrame);
      if (source) return matching(PACKAGES, source) ?? 'this project';
    }
    return 'rest of Node';
  };
  /** Milliseconds of each part in a profile, over `times`. */
  return (profile: Profiler.Profile, times: number): Times => {
    const spent = Object.fromEntries(PARTS.map((part) => [part, 0])) as Times;
    const frames = framesOf(profile);
    profile.samples?.forEach((id, at) => {
      const frame = frames.get(id);
      if (frame === undefined || !isSpent(frame.callFrame)) return;
      spent[partOf(frame)] += (profile.timeDeltas?.[at] ?? 0) / 1000 / times;
    });
    return spent;
  };
};
