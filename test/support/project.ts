import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CHILD_ENV } from './child-env.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FRAMEWORK = join(ROOT, 'node_modules/serverless/bin/serverless.js');

export type Project = { folder: string; remove: () => Promise<void> };

export type ProjectOptions = {
  /** Handlers that do nothing, for whoever looks at the template alone: bundling the real ones takes ten CPU seconds. */
  hollow?: boolean;
};

/** A file of `functions` for each that is there; what stack/ reads of those, it finds beside itself. */
const hollowOut = async (folder: string): Promise<void> => {
  await mkdir(folder);
  const files = await readdir(join(ROOT, 'functions'));
  await Promise.all(files.map((file) => writeFile(join(folder, file), 'export const handler = () => {};')));
};

/**
 * The project in a folder of its own, all of it links: the framework keeps its work in `.serverless` and `.esbuild` there
 * and clears them, so that two at once in one folder would take away each other's files.
 */
export const layOutProject = async ({ hollow = false }: ProjectOptions = {}): Promise<Project> => {
  const folder = await mkdtemp(join(tmpdir(), 'presign-project-'));
  const place = (name: string) => {
    const [from, to] = [join(ROOT, name), join(folder, name)];
    if (hollow && name === 'functions') return hollowOut(to);
    // The framework does not look for itself behind a link.
    return name === 'serverless.yml' ? copyFile(from, to) : symlink(from, to);
  };
  await Promise.all((await readdir(ROOT)).filter((name) => !name.startsWith('.')).map(place));
  return { folder, remove: () => rm(folder, { recursive: true }) };
};

/**
 * Packaged without credentials, the bundles kept beside the zips.
 * @throws Error with all that was printed, when it could not be packaged.
 */
export const packageProject = async (
  args: readonly string[],
  options: ProjectOptions = {},
): Promise<Project> => {
  const project = await layOutProject(options);
  const { folder, remove } = project;
  // serverless-esbuild never removes what it stages in the temporary folder (its pull request 589).
  const temporary = join(folder, '.tmp');
  try {
    await mkdir(temporary);
    await promisify(execFile)(process.execPath, [FRAMEWORK, 'package', ...args], {
      cwd: folder,
      env: { ...CHILD_ENV, HOME: process.env['HOME'], TMPDIR: temporary, SANDBOX_KEEP_BUNDLES: 'true' },
    }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(stdout + stderr);
    });
    return project;
  } catch (error) {
    await remove();
    throw error;
  }
};
