import { PassThrough } from 'node:stream';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { generateRsaKeyPair } from '../../sandbox/pki.ts';
import { pemBlocks } from '../../tools/commands/merchant/pem-blocks.ts';
import { createHiddenInput, type Wanted } from '../../tools/hidden-input.ts';
import { askHidden } from '../../tools/hidden-prompt.ts';
import { confirm, type Terminal } from '../../tools/terminal.ts';
import { DRESSES, piecesOf } from '../support/pastes.ts';

let pem = '';
beforeAll(async () => {
  pem = (await generateRsaKeyPair()).privateKeyPem;
});

describe('what is pasted unseen', () => {
  /** One byte at a time, as much at once as a slow line carries, and all at once. */
  const sizes = () => [...Array(70).keys()].map((size) => size + 1).concat(128, 1000, 2000);

  it.each(Object.keys(DRESSES))('is the same key in pieces of every size: %s', (dress) => {
    const paste = DRESSES[dress]?.(pem) ?? '';
    for (const size of sizes()) {
      const input = createHiddenInput('pem');
      for (const piece of piecesOf(paste, size)) input.take(piece);
      expect(input.isWhole()).toBe(true);
      expect(pemBlocks(input.answer()).map((block) => block.pem.toString())).toEqual([pem]);
    }
  });

  it('is not taken to have ended before its last line, whatever is asked for', () => {
    for (const wanted of ['line', 'pem'] satisfies Wanted[]) {
      const input = createHiddenInput(wanted);
      input.take(Buffer.from(`\r\r${pem.trimEnd().slice(0, -1).replaceAll('\n', '\r\n')}`));
      expect(input.isWhole()).toBe(false);
      input.take(Buffer.from('-'));
      expect(input.isWhole()).toBe(true);
    }
  });

  it('has not ended while the terminal says that the paste goes on, nor with the lines before a PEM', () => {
    const line = createHiddenInput('line');
    line.take(Buffer.from('\x1b[200~secret\rmore'));
    expect(line.isWhole()).toBe(false);
    line.take(Buffer.from('\r\x1b[201~'));
    expect(line.isWhole()).toBe(true);
    expect(line.answer().toString()).toBe('secret\nmore\n');
    const key = createHiddenInput('pem');
    key.take(Buffer.from('Bag Attributes\r    friendlyName: key\r'));
    expect(key.isWhole()).toBe(false);
  });

  it('may hold key and certificate', () => {
    const input = createHiddenInput('pem');
    input.take(Buffer.from(`${pem}-----BEGIN CERT`));
    expect(input.isWhole()).toBe(false);
    input.take(Buffer.from('IFICATE-----\nAAAA\n-----END CERTIFICATE-----'));
    expect(input.isWhole()).toBe(true);
  });

  it('is refused when it never ends', () => {
    const input = createHiddenInput('pem');
    input.take(Buffer.alloc(65_537, 'A'));
    expect(input.isWhole()).toBe(true);
    expect(() => input.answer()).toThrow('far longer');
  });
});

/** A terminal on which somebody types. */
const terminal = () => {
  const raw: boolean[] = [];
  const shown: string[] = [];
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
  const tty: Terminal = { input, write: (text) => void shown.push(text), marksPastes: true };
  const type = async (text: string): Promise<void> => {
    input.write(text);
    while (input.readableLength > 0) await new Promise(setImmediate);
  };
  return { raw, shown, input, tty, type };
};

describe('the prompt', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
  afterEach(() => void jest.useRealTimers());
  const QUIET = '\x1b[?2004h|APIv3 key (not shown): |\x1b[?2004l|\n';

  it('shows nothing of what is typed, and lets it be corrected', async () => {
    const { raw, shown, tty, type } = terminal();
    const answer = askHidden(tty, 'APIv3 key', 'line');
    for (const typed of ['\r', 'sec', 'rex', '\x7f', 't', '\r']) await type(typed);
    jest.runAllTimers();
    expect((await answer).toString()).toBe('\nsecret\n');
    expect(shown.join('|')).toBe(QUIET);
    expect(raw).toEqual([true, false]);
  });

  it('keeps the terminal until it has been silent, so that nothing of a paste goes to the shell', async () => {
    const { raw, tty, type } = terminal();
    const answer = askHidden(tty, 'APIv3 key', 'line');
    await type('secret\r');
    for (const piece of ['rm -r', 'f ~', '\r', '\r']) {
      jest.advanceTimersByTime(249);
      await type(piece);
    }
    expect(raw).toEqual([true]);
    jest.advanceTimersByTime(250);
    expect((await answer).toString()).toBe('secret\nrm -rf ~\n\n');
    expect(raw).toEqual([true, false]);
  });

  it.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D at its beginning', '\x04'],
    ['Ctrl-C in a paste', '\x1b[200~-----BEGIN\x03'],
  ])('is cancelled by %s, swallows the rest, and gives the terminal back', async (_, typed) => {
    const { raw, shown, tty, type } = terminal();
    const answer = askHidden(tty, 'APIv3 key', 'line');
    const refused = expect(answer).rejects.toThrow('cancelled');
    await type(typed);
    await type('the rest\r');
    expect(raw).toEqual([true]);
    jest.runAllTimers();
    await refused;
    expect(shown.join('|')).toBe(QUIET);
    expect(raw).toEqual([true, false]);
  });

  it('ends with Ctrl-D, whatever was typed', async () => {
    const { tty, type } = terminal();
    const answer = askHidden(tty, 'Key', 'pem');
    await type('not PEM\r\x04more');
    jest.runAllTimers();
    expect((await answer).toString()).toBe('not PEM\n');
  });

  it('is cancelled when the terminal goes away, and listens to no signal any more', async () => {
    const { input, raw, tty } = terminal();
    const before = process.listenerCount('SIGTERM');
    const answer = askHidden(tty, 'APIv3 key', 'line');
    const refused = expect(answer).rejects.toThrow('cancelled');
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    const gone = new Promise((resolve) => input.once('end', resolve));
    input.end();
    await gone;
    jest.runAllTimers();
    await refused;
    expect(process.listenerCount('SIGTERM')).toBe(before);
    expect(raw).toEqual([true, false]);
  });
});

describe('a confirmation', () => {
  it('is a yes in full, typed by somebody who was asked, in whatever pieces it comes', async () => {
    const { shown, tty, type } = terminal();
    const answer = confirm({ terminal: tty, yes: false }, 'The key will be deleted.');
    for (const typed of ['y', 'es', '\n']) await type(typed);
    await answer;
    expect(shown.join('')).toContain('The key will be deleted.');
  });

  it.each(['no\n', 'y\n', '\n'])('is not %j', async (typed) => {
    const { tty, type } = terminal();
    const refused = expect(confirm({ terminal: tty, yes: false }, 'It will be deleted.')).rejects.toThrow(
      'nothing was changed',
    );
    await type(typed);
    await refused;
  });

  it('is not the end of the input', async () => {
    const { input, tty } = terminal();
    const refused = expect(confirm({ terminal: tty, yes: false }, 'It will be deleted.')).rejects.toThrow(
      'nothing was changed',
    );
    input.end();
    await refused;
  });

  it('was given by --yes without a question', async () => {
    const { shown, tty } = terminal();
    await confirm({ terminal: tty, yes: true }, 'The key will be deleted.');
    expect(shown).toEqual([]);
  });
});
