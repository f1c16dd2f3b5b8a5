import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In the folder itself, so that the two can never tell different stories. */
const STAMP = '.made-of';

/** How a folder that is not empty refuses to be replaced, by platform. */
const TAKEN = ['ENOTEMPTY', 'EEXIST', 'EPERM'];

const codeOf = (error: unknown): string => `${(error as NodeJS.ErrnoException).code}`;

const isMadeOf = async (folder: string, sources: string): Promise<boolean> =>
  (await readFile(join(folder, STAMP), 'utf8').catch(() => '')) === sources;

/**
 * Sees to it that `folder` holds what `make` puts into an empty one. It is made beside, and moved there when it is whole:
 * however many processes do so at once, nobody ever finds half of it. While an old one is replaced there may be none for a
 * moment, and who reads file by file may get some of the old and some of the new.
 * @param sources says what it is made of; where that has been made already, it stays.
 */
export async function keepFolder(
  folder: string,
  sources: string,
  make: (at: string) => Promise<void>,
): Promise<void> {
  if (await isMadeOf(folder, sources)) return;
  // Not mkdtemp, whose folders are for this user alone, and one who installs may be another than one who starts.
  const made = `${folder}.${randomUUID()}`;
  await mkdir(made, { recursive: true });
  try {
    await make(made);
    await writeFile(join(made, STAMP), sources);
    await move(made, folder, sources);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** Nothing replaces a folder in one step: an old one is put aside first. Another process may be faster, at each step. */
async function move(made: string, folder: string, sources: string): Promise<void> {
  const isMoved = await rename(made, folder).then(
    () => true,
    (error: unknown) => {
      if (TAKEN.includes(codeOf(error))) return false;
      throw error;
    },
  );
  if (isMoved || (await isMadeOf(folder, sources))) return;
  const aside = `${folder}.${randomUUID()}`;
  await rename(folder, aside).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  try {
    await move(made, folder, sources);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
