import { describe, expect, it } from '@jest/globals';
import { createAttribution, PARTS, type Times } from './parts.ts';
import { drawParts } from './parts-svg.ts';

const frame = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 },
  children,
});

describe('the parts of a profile', () => {
  it('are told by what a function is for, else by who called it; waiting and the profiler are nobody’s', async () => {
    const attribute = await createAttribution([]);
    const profile = {
      nodes: [
        frame(1, '(root)', '', [2, 3, 4, 5, 6]),
        frame(2, '(idle)', ''),
        frame(3, 'post', 'node:inspector'),
        frame(4, 'compileSourceTextModule', 'node:internal/modules/esm/utils', [7]),
        frame(5, 'onread', 'node:net'),
        frame(6, '(garbage collector)', ''),
        frame(7, 'decode', 'node:internal/encoding'),
      ],
      startTime: 0,
      endTime: 0,
      samples: [2, 3, 4, 7, 5, 6],
      timeDeltas: [64_000, 32_000, 1_000, 2_000, 4_000, 8_000],
    };
    const spent = attribute(profile, 2);
    expect(Object.entries(spent).filter(([, ms]) => ms > 0)).toEqual([
      ['compiling the bundle', 1.5],
      ['rest of Node', 2],
      ['garbage, V8', 4],
    ]);
  });

  it('fill the bar of the picture, each with its share', () => {
    const times = Object.fromEntries(PARTS.map((part, at) => [part, at === 0 ? 3 : 1 / 9])) as Times;
    const svg = drawParts(times, times);
    expect(svg).toContain('<title>compiling the bundle: 75 %</title>');
    const widths = [...svg.matchAll(/<rect x="[\d.]+" y="8" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths).toHaveLength(PARTS.length);
    expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(620, 0);
  });
});
