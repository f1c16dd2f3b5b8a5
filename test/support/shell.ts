import { stripVTControlCharacters } from 'node:util';
import { type IPty, spawn } from '@lydell/node-pty';
import { MERCHANT } from './cli-world.ts';

const PATIENCE = new URL('./patient-terminal.mjs', import.meta.url).href;

const quoted = (args: readonly string[]): string => args.map((arg) => `'${arg}'`).join(' ');

/** What was shown, and whoever waits for something to be shown. */
const watch = (pty: IPty) => {
  let shown = '';
  let waiting: { pattern: RegExp; from: number; found: (match: RegExpExecArray) => void } | undefined;
  const look = (): void => {
    const match = waiting?.pattern.exec(shown.slice(waiting.from)) ?? null;
    if (waiting === undefined || match === null) return;
    const { found } = waiting;
    waiting = undefined;
    found(match);
  };
  pty.onData((text) => {
    shown += text;
    look();
  });
  return {
    all: (): string => shown,
    length: (): number => shown.length,
    /** Resolves once `pattern` is shown at or after `from`: a test waits for output, never for time. */
    until: (pattern: RegExp, from: number): Promise<RegExpExecArray> =>
      new Promise((found) => {
        waiting = { pattern, from, found };
        look();
      }),
  };
};

/** A real terminal with a shell in it, as an operator has one. */
export const openShell = (env: Record<string, string>) => {
  const pty = spawn('bash', ['--norc', '--noprofile', '-i'], {
    name: 'xterm-256color',
    cols: 250,
    env: { ...env, PS1: '$ ', HISTFILE: '/dev/null', NODE_OPTIONS: `--import=${PATIENCE}` },
  });
  const screen = watch(pty);
  /** Types a command and waits for what it prints. The quotes keep its echo from being taken for the answer. */
  const answerOf = async (command: string, name: string): Promise<string> => {
    const from = screen.length();
    pty.write(`echo "${name}""=$(${command})"\r`);
    const [, answer = ''] = await screen.until(new RegExp(`${name}=(\\S*)\\r`), from);
    return answer;
  };

  return {
    settings: (): Promise<string> => answerOf('stty -g', 'settings'),
    /**
     * Runs the tool up to its question, types `pieces` without waiting for anything, and waits until the tool has
     * ended and the shell has answered again. @returns what was shown since the question.
     */
    paste: async (
      args: readonly string[],
      pieces: readonly (string | Buffer | ((pid: number) => void))[],
    ): Promise<{ status: number; shown: string }> => {
      const from = screen.length();
      const tool = `sh -c 'echo "pid=$$"; exec "$@"' sh ${quoted([process.execPath, MERCHANT, ...args])}`;
      pty.write(`${tool}; echo "status""=$?"\r`);
      const [, pid] = await screen.until(/pid=(\d+)\r/, from);
      await screen.until(/not shown[^)]*\): /, from);
      const asked = screen.length();
      for (const piece of pieces) {
        if (typeof piece === 'function') piece(Number(pid));
        else pty.write(piece.toString());
      }
      const [, status] = await screen.until(/status=(\d+)\r/, asked);
      // A shell that was given something to run has run it before it comes to this.
      await answerOf('echo again', 'sentinel');
      return { status: Number(status), shown: stripVTControlCharacters(screen.all().slice(asked)) };
    },
    close: (): void => pty.kill(),
  };
};
