import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rm } from 'node:fs/promises';
import { Failure, UsageError } from '../../explain.ts';

const REQUEST = /^-----BEGIN CERTIFICATE REQUEST-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE REQUEST-----\n$/;
/** A request has about one kilobyte. */
const MAX_BYTES = 16_384;

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';

const explained = (error: unknown): Error =>
  error instanceof Failure || error instanceof UsageError
    ? error
    : new Failure(`--out: the file cannot be written (${codeOf(error)})`);

const taken = (what: string): Failure =>
  new Failure(`--out: ${what} has this name already, and nothing was written. Choose another name.`);

/** `undefined` when there is something of that name already, be it a link to nothing. */
const create = (path: string): Promise<FileHandle | undefined> =>
  open(path, 'wx').catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  });

const openRequest = async (path: string): Promise<{ handle: FileHandle; text: string }> => {
  if (!(await lstat(path)).isFile()) throw taken('a link, a folder or a device');
  // Checked and written through one handle, so that nothing can take the file's place in between.
  const handle = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await handle.stat();
    const text = size > MAX_BYTES ? '' : await handle.readFile('utf8');
    if (!REQUEST.test(text)) throw taken('a file that is no certificate request');
    return { handle, text };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

const replace = async (
  path: string,
  pem: string,
  confirmed: (question: string) => Promise<void>,
): Promise<void> => {
  const { handle, text } = await openRequest(path);
  try {
    if (text === pem) return;
    await confirmed('The file given with --out holds another certificate request. It will be replaced.');
    await handle.truncate(0);
    await handle.write(pem, 0);
  } finally {
    await handle.close();
  }
};

const fill = async (path: string, handle: FileHandle, pem: string): Promise<void> => {
  try {
    await handle.writeFile(pem);
  } catch (error) {
    // Half a request would be in the way of the next run.
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
};

/**
 * Writes a certificate request to a new file, or over another request once that is confirmed. A key file that has the
 * name by mistake stays as it is, and so does whatever a link of that name points to. @throws Failure, UsageError
 */
export const writeRequest = async (
  path: string,
  pem: string,
  confirmed: (question: string) => Promise<void>,
): Promise<void> => {
  try {
    const handle = await create(path);
    await (handle === undefined ? replace(path, pem, confirmed) : fill(path, handle, pem));
  } catch (error) {
    throw explained(error);
  }
};
