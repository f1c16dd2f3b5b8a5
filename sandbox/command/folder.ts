import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isObject, parseJson } from '../json.ts';
import { CommandError } from './texts.ts';

const MARK = { madeBy: 'wechatpay-sandbox' };

export type Folder = ReturnType<typeof openFolder>;

/** The files of `--out`. Whatever holds a key is for its owner alone to read. */
export function openFolder(folder: string) {
  const at = (name: string): string => join(folder, name);

  async function readText(name: string): Promise<string | undefined> {
    const found = await lstat(at(name)).catch(() => undefined);
    if (!found) return undefined;
    if (!found.isFile()) throw new CommandError('foreign', { file: at(name) });
    return readFile(at(name), 'utf8');
  }

  /** JSON that an earlier run has written here; anything else by that name is somebody's. */
  async function readOwn(name: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const text = await readText(name);
    if (text === undefined) return undefined;
    const json = parseJson(text);
    if (isObject(json) && json['madeBy'] === MARK.madeBy) return json;
    throw new CommandError('foreign', { file: at(name) });
  }

  return {
    at,
    readOwn,
    /** Writes JSON of our own, over what an earlier run has written: whole or not at all. */
    async writeOwn(name: string, value: object): Promise<void> {
      await readOwn(name);
      const draft = at(`.${name}.${process.pid}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(draft, `${JSON.stringify({ ...MARK, ...value }, null, 2)}\n`, {
        mode: 0o600,
        flag: 'wx',
      });
      await rename(draft, at(name));
    },
    /** @throws CommandError that names the first of these files that is there. */
    async requireAbsent(names: readonly string[]): Promise<void> {
      for (const name of names)
        if ((await readText(name)) !== undefined) throw new CommandError('foreign', { file: at(name) });
    },
    /** Removes what an earlier run has written. @returns it, for `writeOwn` to put back */
    async takeOwn(name: string): Promise<object | undefined> {
      const value = await readOwn(name);
      if (value) await rm(at(name));
      return value;
    },
    /** Writes a text where there is no file yet. One that says the same may stay. */
    async write(name: string, text: string): Promise<void> {
      const there = await readText(name);
      if (there === text) return;
      if (there !== undefined) throw new CommandError('foreign', { file: at(name) });
      await mkdir(dirname(at(name)), { recursive: true, mode: 0o700 });
      await writeFile(at(name), text, { mode: 0o600, flag: 'wx' });
    },
  };
}
