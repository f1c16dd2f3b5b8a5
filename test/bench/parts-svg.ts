import { PARTS, type Part, type Times } from './parts.ts';

const COLOURS: Record<Part, string> = {
  'compiling the bundle': '#4e79a7',
  'modules of Node': '#a0cbe8',
  'AWS SDK': '#f28e2b',
  zod: '#59a14f',
  Powertools: '#edc948',
  middy: '#b07aa1',
  'this project': '#e15759',
  RSA: '#76b7b2',
  'rest of Node': '#9c755f',
  'garbage, V8': '#bab0ac',
};
const WIDTH = 720;
const BAR_LEFT = 90;
const BAR_WIDTH = WIDTH - BAR_LEFT - 10;

const sum = (times: Times): number => PARTS.reduce((total, part) => total + times[part], 0);

const bar = (name: string, times: Times, top: number): string => {
  const total = sum(times);
  let left = BAR_LEFT;
  const pieces = PARTS.map((part) => {
    const width = (times[part] / total) * BAR_WIDTH;
    const percent = `${Math.round((times[part] / total) * 100)} %`;
    const label =
      width > 34
        ? `<text x="${(left + width / 2).toFixed(1)}" y="${top + 19}" text-anchor="middle">${percent}</text>`
        : '';
    const piece = `<rect x="${left.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="28" fill="${COLOURS[part]}"><title>${part}: ${percent}</title></rect>${label}`;
    left += width;
    return piece;
  });
  return `<text x="4" y="${top + 19}">${name}</text>${pieces.join('')}`;
};

const legend = (top: number): string =>
  PARTS.map((part, at) => {
    const [x, y] = [4 + (at % 4) * 180, top + Math.floor(at / 4) * 20];
    return `<rect x="${x}" y="${y}" width="12" height="12" fill="${COLOURS[part]}"/><text x="${x + 17}" y="${y + 11}">${part}</text>`;
  }).join('');

/** Shares of the time that a load and a warm request take. */
export const drawParts = (load: Times, request: Times): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="150" viewBox="0 0 ${WIDTH} 150" font-family="sans-serif" font-size="12" role="img" aria-label="What a load and a request take"><rect width="100%" height="100%" fill="#fff"/>${bar('load', load, 8)}${bar('request', request, 46)}${legend(88)}</svg>\n`;
