import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FRAMEWORK = join(ROOT, 'node_modules/serverless/bin/serverless.js');

export type Project = { folder: string; remove: () => Promise<void> };

/**
 * The project packaged in a folder of its own, without credentials: the framework keeps its work in `.serverless` and
 * `.esbuild` there and clears them, so that two at once in one folder would take away each other's files.
 * @throws Error with all that was printed, when it could not be packaged.
 */
export const packageProject = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Project> => {
  const folder = await mkdtemp(join(tmpdir(), 'presign-project-'));
  const remove = () => rm(folder, { recursive: true });
  const place = (name: string) => {
    const [from, to] = [join(ROOT, name), join(folder, name)];
    // It does not look for itself behind a link.
    return name === 'serverless.yml' ? copyFile(from, to) : symlink(from, to);
  };
  // serverless-esbuild never removes what it stages in the temporary folder (its pull request 589).
  const temporary = join(folder, '.tmp');
  try {
    await mkdir(temporary);
    await Promise.all((await readdir(ROOT)).filter((name) => !name.startsWith('.')).map(place));
    await promisify(execFile)(process.execPath, [FRAMEWORK, 'package', ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: temporary, ...env },
    }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(stdout + stderr);
    });
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
