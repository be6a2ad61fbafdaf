import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL('../../.cache/debian/', import.meta.url));

/** A program that can be started. */
export interface Program {
  readonly command: string;
  /** The environment to start it in: where its package was unpacked, its libraries are not where the system looks. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A program of a Debian package: from `PATH`, else from the package unpacked into `.cache/`, which needs no root.
 * Where a program needs more than its own package, name them all, its own first.
 *
 * @throws {Error} saying what to install, where there is neither the program nor apt-get.
 *
 * @example
 * const { command, env } = await debianProgram('prometheus', 'promtool');
 */
export async function debianProgram(packages: string | readonly string[], program: string): Promise<Program> {
  const installed = findIn((process.env.PATH ?? '').split(delimiter), program);
  if (installed !== undefined) return { command: installed, env: process.env };

  const names = typeof packages === 'string' ? [packages] : packages;
  const root = join(CACHE, names.join('+'));
  const binaries = ['usr/bin', 'usr/sbin', 'bin', 'sbin'].map((folder) => join(root, folder));
  let command = findIn(binaries, program);
  if (command === undefined) {
    await unpack(names, root, program);
    command = findIn(binaries, program);
  }
  if (command === undefined) throw new Error(`[servers] The Debian package ${names[0]} holds no program ${program}.`);
  const libraries = [join(root, 'usr/lib'), ...triplets(join(root, 'usr/lib')), join(root, 'lib')].join(delimiter);
  return { command, env: { ...process.env, LD_LIBRARY_PATH: libraries } };
}

function findIn(folders: readonly string[], program: string): string | undefined {
  return folders
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Unpacks beside the final place and moves it there, since several test files may do so at once. */
async function unpack(packages: readonly string[], root: string, program: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'unpacking-'));
  try {
    await download(packages, work);
    for (const file of readdirSync(work)) await run('dpkg', ['-x', join(work, file), join(work, 'root')]);
    // Another may have been there first, which is as good.
    if (!existsSync(root)) renameSync(join(work, 'root'), root);
  } catch (cause) {
    throw new Error(
      `[servers] ${program} is neither on PATH nor to be had by "apt-get download ${packages.join(' ')}". ` +
        `Install it (on Debian or Ubuntu: apt-get install ${packages[0]}), or put it on PATH.`,
      { cause },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A machine that has never asked its mirrors knows no packages; asking them into folders of our own needs no root. */
async function download(packages: readonly string[], folder: string): Promise<void> {
  const command = ['download', ...packages];
  try {
    await run('apt-get', command, { cwd: folder });
  } catch {
    const lists = join(CACHE, 'apt/lists');
    mkdirSync(join(lists, 'partial'), { recursive: true });
    const own = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${join(CACHE, 'apt')}`];
    await run('apt-get', [...own, 'update']);
    await run('apt-get', [...own, ...command], { cwd: folder });
  }
}

function triplets(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
